import { closeSync, fdatasync, fstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { timeOfText } from '../record/time-of-text.js';
import { findFrame } from './find-frame.js';
import { timeOfSegment } from './segment-name.js';
import { type FrameKind, type ReadFrame, readFrame, type SpoolRecord } from './spool-frame.js';

/** Where a record lies, and whether it still has to. */
export interface SpoolTicket {
  segment: SpoolSegment;
  kind: FrameKind;
  offset: number;
  readonly bytes: number;
  /** Since when it waits, in ms of the Unix epoch. */
  readonly since: number;
  live: boolean;
}

/** One file of a spool: records are appended, and the file goes when none of them is needed any more. */
export class SpoolSegment {
  readonly tickets: SpoolTicket[] = [];
  liveCount = 0;
  size = 0;
  /** Of another process, records that cannot be read although others follow. */
  damagedCount = 0;
  /** Nothing may be appended. */
  finished = false;
  private isDirty = false;
  private syncing: Promise<void> = Promise.resolve();
  private retired = false;
  /** Before it no ticket waits any more. */
  private firstWaiting = 0;

  private constructor(
    readonly path: string,
    private readonly file: number,
  ) {}

  static create(path: string): SpoolSegment {
    return new SpoolSegment(path, openSync(path, 'ax+', 0o600));
  }

  /**
   * Opens a file that another process has left, and tells each of its records. What is torn at its end was never
   * promised to anybody.
   */
  static reopen(path: string, tell: (record: SpoolRecord, ticket: SpoolTicket) => void): SpoolSegment {
    const segment = new SpoolSegment(path, openSync(path, 'r'));
    segment.finish();
    const bytes = readFileSync(path);
    for (let found = findFrame(bytes, 0); found; found = findFrame(bytes, segment.size)) {
      segment.damagedCount += found.passed;
      segment.size = found.offset;
      tell(found.record, segment.reread(found));
    }
    return segment;
  }

  /** In ms of the Unix epoch. */
  get createdAt(): number {
    return timeOfSegment(this.path);
  }

  /** Whether its file was deleted: what it holds goes with this process. */
  get isDeleted(): boolean {
    return fstatSync(this.file).nlink === 0;
  }

  /**
   * Hands the frame to the operating system, where it outlives this process. Throws what the file system says, and is
   * finished then.
   */
  append(kind: FrameKind, frame: Buffer): SpoolTicket {
    this.write(frame);
    return this.note({ kind, bytes: frame.length, since: Date.now() });
  }

  /** Takes over a record of another segment. Throws as `append` does. */
  adopt(ticket: SpoolTicket, frame: Buffer): void {
    this.write(frame);
    ticket.segment.liveCount -= 1;
    ticket.segment = this;
    ticket.offset = this.size;
    this.tickets.push(ticket);
    this.size += frame.length;
    this.liveCount += 1;
  }

  drop(ticket: SpoolTicket): void {
    ticket.live = false;
    this.liveCount -= 1;
  }

  /** A begin waits for the database as an outcome does. */
  await(ticket: SpoolTicket): void {
    ticket.kind = 'outcome';
    this.firstWaiting = 0;
  }

  finish(): void {
    this.finished = true;
  }

  *waitingTickets(): Iterable<SpoolTicket> {
    const { tickets } = this;
    const waits = ({ live, kind }: SpoolTicket) => live && kind === 'outcome';
    while (this.firstWaiting < tickets.length && !waits(tickets[this.firstWaiting]!)) this.firstWaiting += 1;
    for (let i = this.firstWaiting; i < tickets.length; i++) if (waits(tickets[i]!)) yield tickets[i]!;
  }

  /** Undefined when the file is not what was written. */
  read({ offset, bytes }: SpoolTicket): SpoolRecord | undefined {
    const frame = Buffer.allocUnsafe(bytes);
    readSync(this.file, frame, 0, bytes, offset);
    return readFrame(frame, 0)?.record;
  }

  /** Resolves when everything appended so far would survive a loss of power. What was removed meanwhile need not. */
  sync(): Promise<void> {
    if (!this.isDirty) return this.syncing;
    this.isDirty = false;
    this.syncing = new Promise((resolve, reject) => {
      fdatasync(this.file, (error) => {
        if (error === null || this.retired) return resolve();
        this.isDirty = true;
        reject(error);
      });
    });
    return this.syncing;
  }

  close(): void {
    closeSync(this.file);
  }

  /** Nobody needs it any more: whether it is durable is no matter. Its file may be removed. */
  retire(): void {
    this.retired = true;
    this.close();
  }

  private write(frame: Buffer): void {
    this.isDirty = true;
    try {
      // A full disk may take a part of it first.
      for (let written = 0; written < frame.length;) written += writeSync(this.file, frame, written);
    } catch (error) {
      // Behind a torn frame nothing would be found again.
      this.finish();
      throw error;
    }
  }

  /** What the record says of its time, or else the name of the file. */
  private reread({ record: { kind, text }, bytes }: ReadFrame): SpoolTicket {
    return this.note({ kind, bytes, since: timeOfText(text) ?? this.createdAt });
  }

  private note(noted: Pick<SpoolTicket, 'kind' | 'bytes' | 'since'>): SpoolTicket {
    const ticket: SpoolTicket = { segment: this, ...noted, offset: this.size, live: true };
    this.tickets.push(ticket);
    this.size += noted.bytes;
    this.liveCount += 1;
    return ticket;
  }
}
