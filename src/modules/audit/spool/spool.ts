import { Logger } from '@nestjs/common';
import { isWritable } from './is-writable.js';
import { RefusalLog } from './refusal-log.js';
import { SpoolFiles } from './spool-files.js';
import { type FrameKind, FrameWriter, type SpoolRecord } from './spool-frame.js';
import { SpoolPlace } from './spool-place.js';
import { SpoolSegment, type SpoolTicket } from './spool-segment.js';

const SWEEP_MS = 1_000;
/** Kept free for the ends of what has begun already. */
const RESERVED_PART = 0.1;
/** As much as the begin of a generation commonly takes at most. */
const COMMON_BYTES = 64 * 1024;

/** The spool has reached its bound. */
export class SpoolFullError extends Error {
  override readonly name = 'SpoolFullError';
}

/** A record that waits for the database, with the ticket that lets it go. */
export interface WaitingRecord {
  readonly ticket: SpoolTicket;
  readonly record: SpoolRecord;
}

/**
 * Records that are not in the database yet, in files of this process. `append` outlives the process, `sync` an outage of
 * power. A file goes when nothing in it is needed.
 */
export class Spool {
  private readonly logger = new Logger('AuditSpool');
  private readonly frames = new FrameWriter();
  private readonly files: SpoolFiles;
  private readonly refusals = new RefusalLog(this.logger);
  private readonly sweeping = setInterval(() => this.sweep(), SWEEP_MS).unref();
  private syncing: Promise<void> | undefined;
  private waiting = 0;
  private damaged = 0;
  /** Of the last begin, if there was no room for it. */
  private refusedBytes = 0;
  private writable = true;
  private retaking: Promise<void> | undefined;
  private canReplace = true;

  private constructor(
    private readonly place: SpoolPlace,
    private readonly maxBytes: number,
  ) {
    this.files = new SpoolFiles(place, {
      damaged: (ticket) => this.giveUp(ticket),
      unremovable: (error) =>
        this.logger.warn({ err: error }, 'a file of the spool cannot be removed; it is tried again'),
    });
  }

  /** Takes a directory of its own below `root`, and with it what dead processes left behind. */
  static async open(root: string, maxBytes: number): Promise<Spool> {
    const spool = new Spool(await SpoolPlace.take(root), maxBytes);
    spool.inherit();
    return spool;
  }

  get size(): number {
    return this.files.size;
  }

  /** Records that the database has to get. */
  get waitingCount(): number {
    return this.waiting;
  }

  /** Since when the first of them waits, in ms of the Unix epoch. */
  get waitingSince(): number | undefined {
    for (const { since } of this.files.waiting()) return since;
    return undefined;
  }

  /** Records that cannot be read any more. */
  get damagedCount(): number {
    return this.damaged;
  }

  /** Whether another generation may begin, such as the last one that could not. */
  get hasRoom(): boolean {
    const { size, dispensableBytes } = this.files;
    return size - dispensableBytes + this.refusedBytes < this.limitOf('begin');
  }

  /** Whether the file system took what was last written. While it does not it is tried again and again. */
  get isWritable(): boolean {
    return this.writable;
  }

  /** Throws SpoolFullError, or what the file system says. */
  append(record: SpoolRecord): SpoolTicket {
    const ticket = this.take(record);
    if (record.kind === 'outcome') this.waiting += 1;
    return ticket;
  }

  /** Resolves when all that was appended before would survive a loss of power. Callers share the waiting. */
  sync(): Promise<void> {
    this.syncing ??= this.syncAfterTurn();
    return this.syncing;
  }

  /** The end of what began could not be kept: the begin itself waits for the database, as after the death of a process. */
  orphan(begin: SpoolTicket): void {
    if (!begin.live || begin.kind === 'outcome') return;
    begin.segment.await(begin);
    this.waiting += 1;
  }

  /** Nobody needs the record any more. */
  settle(ticket: SpoolTicket): void {
    if (!ticket.live) return;
    if (ticket.kind === 'outcome') this.waiting -= 1;
    this.files.release(ticket);
  }

  /** The oldest records that the database has to get, in their order: at least one if there is any. */
  oldest(limits: { readonly rows: number; readonly bytes: number }): WaitingRecord[] {
    const found: WaitingRecord[] = [];
    let bytes = 0;
    for (const ticket of this.files.waiting()) {
      const fits = found.length < limits.rows && bytes + ticket.bytes <= limits.bytes;
      if (found.length > 0 && !fits) return found;
      const record = ticket.segment.read(ticket);
      if (record === undefined) {
        this.giveUp(ticket);
        continue;
      }
      bytes += ticket.bytes;
      found.push({ ticket, record });
    }
    return found;
  }

  /** What is still needed stays for the next process. */
  close(): void {
    clearInterval(this.sweeping);
    this.files.close();
    this.place.close();
  }

  private limitOf(kind: FrameKind): number {
    return kind === 'begin' ? this.maxBytes * (1 - RESERVED_PART) : this.maxBytes;
  }

  private take(record: SpoolRecord): SpoolTicket {
    const frame = this.frames.write(record);
    try {
      this.makeRoom(record.kind, frame.length);
      return this.write(record.kind, frame);
    } catch (error) {
      this.refusals.refused(error);
      throw error;
    }
  }

  private makeRoom(kind: FrameKind, bytes: number): void {
    const limit = this.limitOf(kind);
    if (this.size + bytes > limit) this.files.letGoOfDispensable();
    const fits = this.size + bytes <= limit;
    if (kind === 'begin') this.refusedBytes = fits ? 0 : Math.min(bytes, COMMON_BYTES);
    if (!fits) throw new SpoolFullError(`The spool holds ${this.size} of ${this.maxBytes} bytes.`);
  }

  private write(kind: FrameKind, frame: Buffer): SpoolTicket {
    this.writable = false;
    const ticket = this.files.append(kind, frame);
    this.writable = true;
    return ticket;
  }

  private sweep(): void {
    if (this.place.isDeleted) this.retaking ??= this.retake().finally(() => (this.retaking = undefined));
    else if (this.files.hasDeleted) this.rescue();
    // Nobody comes who would find it out, where all are told that nothing can begin here.
    this.writable ||= isWritable(this.place.path, COMMON_BYTES);
    this.refusals.look(this.writable && this.hasRoom);
    try {
      this.files.tend();
    } catch (error) {
      this.logger.warn({ err: error }, 'old files of the spool could not be given up');
    }
  }

  /** Makes a directory again in place of one that was deleted. */
  private async retake(): Promise<void> {
    try {
      if (await this.place.retake()) this.rescue();
    } catch (error) {
      // What is written there would be nowhere.
      this.files.finish();
      this.cannotReplace(error);
    }
  }

  /** Once, until it could be done. */
  private cannotReplace(error: unknown): void {
    if (this.canReplace)
      this.logger.error(
        { err: error },
        'what was deleted of the spool cannot be made again; that is tried again',
      );
    this.canReplace = false;
    this.writable = false;
  }

  private rescue(): void {
    try {
      const rescued = this.files.rescue();
      if (rescued > 0)
        this.logger.warn(`files of the spool were deleted: ${rescued} records were written anew`);
      this.canReplace = true;
    } catch (error) {
      this.cannotReplace(error);
    }
    this.sync().catch(() => undefined);
  }

  private async syncAfterTurn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.syncing = undefined;
    await this.files.sync();
  }

  private giveUp(ticket: SpoolTicket): void {
    this.damaged += 1;
    this.logger.error(`a record in ${ticket.segment.path} is damaged at byte ${ticket.offset}`);
    this.settle(ticket);
  }

  /** An outcome waits on; a begin without one waits too, and its end is that nobody saw it. */
  private inherit(): void {
    const begun = new Map<string, SpoolTicket>();
    for (const path of this.place.inherited) {
      const segment = SpoolSegment.reopen(path, (record, ticket) => {
        const name = JSON.stringify([record.tenant, record.subject]);
        const begin = begun.get(name);
        if (begin) begin.segment.drop(begin);
        if (record.kind === 'begin') begun.set(name, ticket);
        else begun.delete(name);
      });
      this.files.inherit(segment);
      if (segment.damagedCount === 0) continue;
      this.damaged += segment.damagedCount;
      this.logger.error(`damaged records in ${path}: ${segment.damagedCount}`);
    }
    const needed = this.files.keepNeeded();
    for (const ticket of needed) ticket.kind = 'outcome';
    this.waiting += needed.length;
  }
}
