import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { FileRemoval } from './file-removal.js';
import { isWritable } from './is-writable.js';
import { RefusalLog } from './refusal-log.js';
import { segmentName } from './segment-name.js';
import { type FrameKind, FrameWriter, type SpoolRecord } from './spool-frame.js';
import { SpoolSegment, type SpoolTicket } from './spool-segment.js';
import { retakeSlot, type SpoolSlot, takeSlot } from './spool-slot.js';
import { SyncedDirectory } from './synced-directory.js';

const SEGMENT_BYTES = 8 * 1024 * 1024;
/** So long a file is written to: what it holds in clear goes when all of it is in the database. */
const SEGMENT_MS = 60_000;
const SWEEP_MS = 1_000;
/** Kept free for the ends of what has begun already. */
const RESERVED_PART = 0.1;
/** As much as the begin of a generation commonly takes at most. */
const COMMON_BYTES = 64 * 1024;
/** Of a spool larger than this, old files are given up for the sake of what little in them is still needed. */
const TIDY_ABOVE_BYTES = 8 * SEGMENT_BYTES;

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
  /** The oldest first; the last one is written to. */
  private readonly segments: SpoolSegment[] = [];
  private directory: SyncedDirectory;
  private readonly files = new FileRemoval((error) =>
    this.logger.warn({ err: error }, 'a file of the spool cannot be removed; it is tried again'),
  );
  private readonly refusals = new RefusalLog(this.logger);
  private readonly sweeping = setInterval(() => this.sweep(), SWEEP_MS).unref();
  private syncing: Promise<void> | undefined;
  private bytes = 0;
  private created = 0;
  private waiting = 0;
  private damaged = 0;
  /** Of the last begin, if there was no room for it. */
  private refusedBytes = 0;
  private writable = true;
  private closed = false;
  private retaking: Promise<void> | undefined;
  private canReplace = true;

  private constructor(
    private readonly root: string,
    private slot: SpoolSlot,
    private readonly maxBytes: number,
  ) {
    this.directory = new SyncedDirectory(slot.directory);
  }

  /** Takes a directory of its own below `root`, and with it what dead processes left behind. */
  static async open(root: string, maxBytes: number): Promise<Spool> {
    const spool = new Spool(root, await takeSlot(root), maxBytes);
    spool.inherit();
    return spool;
  }

  get size(): number {
    return this.bytes;
  }

  /** Records that the database has to get. */
  get waitingCount(): number {
    return this.waiting;
  }

  /** Since when the first of them waits, in ms of the Unix epoch. */
  get waitingSince(): number | undefined {
    for (const segment of this.segments) for (const { since } of segment.waitingTickets()) return since;
    return undefined;
  }

  /** Records that cannot be read any more. */
  get damagedCount(): number {
    return this.damaged;
  }

  /** Whether another generation may begin, such as the last one that could not. */
  get hasRoom(): boolean {
    const last = this.segments.at(-1);
    const dispensable = last?.liveCount === 0 ? last.size : 0;
    return this.bytes - dispensable + this.refusedBytes < this.limitOf('begin');
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
    ticket.live = false;
    if (ticket.kind === 'outcome') this.waiting -= 1;
    const { segment } = ticket;
    segment.liveCount -= 1;
    if (segment.liveCount === 0 && (segment.finished || segment !== this.segments.at(-1)))
      this.remove(segment);
  }

  /** The oldest records that the database has to get, in their order: at least one if there is any. */
  oldest(limits: { readonly rows: number; readonly bytes: number }): WaitingRecord[] {
    const found: WaitingRecord[] = [];
    let bytes = 0;
    // A file goes with the last of its records, also with one that is given up here.
    for (const segment of [...this.segments]) {
      for (const ticket of segment.waitingTickets()) {
        const fits = found.length < limits.rows && bytes + ticket.bytes <= limits.bytes;
        if (found.length > 0 && !fits) return found;
        const record = segment.read(ticket);
        if (record === undefined) {
          this.giveUp(ticket);
          continue;
        }
        bytes += ticket.bytes;
        found.push({ ticket, record });
      }
    }
    return found;
  }

  /** What is still needed stays for the next process. */
  close(): void {
    this.closed = true;
    clearInterval(this.sweeping);
    for (const segment of [...this.segments]) {
      if (segment.liveCount === 0) this.remove(segment);
      else segment.close();
    }
    this.directory.close();
    this.slot.release();
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
    if (this.bytes + bytes > limit) this.letGoOfLast();
    const fits = this.bytes + bytes <= limit;
    if (kind === 'begin') this.refusedBytes = fits ? 0 : Math.min(bytes, COMMON_BYTES);
    if (!fits) throw new SpoolFullError(`The spool holds ${this.bytes} of ${this.maxBytes} bytes.`);
  }

  private write(kind: FrameKind, frame: Buffer): SpoolTicket {
    this.writable = false;
    const ticket = this.current().append(kind, frame);
    this.bytes += frame.length;
    this.writable = true;
    return ticket;
  }

  /** The file that is written to, or a new one where it is full. */
  private current(): SpoolSegment {
    const last = this.segments.at(-1);
    if (last !== undefined && !last.finished && last.size < SEGMENT_BYTES) return last;
    const next = SpoolSegment.create(join(this.slot.directory, segmentName(++this.created)));
    this.directory.changed();
    this.segments.push(next);
    if (last?.liveCount === 0) this.remove(last);
    if (this.bytes > TIDY_ABOVE_BYTES) this.tidy(next);
    return next;
  }

  /** No longer than it must be is anything here that may have been erased elsewhere. */
  private sweep(): void {
    if (this.directory.isDeleted) this.retaking ??= this.retake().finally(() => (this.retaking = undefined));
    else if (this.segments.some(({ isDeleted }) => isDeleted)) this.rescue();
    // Nobody comes who would find it out, where all are told that nothing can begin here.
    this.writable ||= isWritable(this.slot.directory, COMMON_BYTES);
    this.refusals.look(this.writable && this.hasRoom);
    this.files.again();
    const [oldest] = this.segments;
    const last = this.segments.at(-1);
    if (oldest === undefined || last === undefined) return;
    if (last.liveCount === 0) this.remove(last);
    else if (last.createdAt + SEGMENT_MS < Date.now()) last.finish();
    if (!oldest.finished || oldest.createdAt + SEGMENT_MS > Date.now()) return;
    try {
      this.tidy(this.current());
    } catch (error) {
      this.logger.warn({ err: error }, 'old files of the spool could not be given up');
    }
  }

  /** Makes a directory again in place of one that was deleted. */
  private async retake(): Promise<void> {
    try {
      const slot = await retakeSlot(this.root, this.directory.device);
      if (this.closed) return slot.release();
      const before = { slot: this.slot, directory: this.directory };
      this.directory = new SyncedDirectory(slot.directory);
      this.slot = slot;
      before.slot.release();
      void before.directory.closeLater();
    } catch (error) {
      // What is written there would be nowhere.
      for (const segment of this.segments) segment.finish();
      return this.cannotReplace(error);
    }
    this.rescue();
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

  /** Writes anew what is needed of files that were deleted, as long as this process can still read them. */
  private rescue(): void {
    const deleted = new Set(this.segments.filter(({ isDeleted }) => isDeleted));
    // Nothing more goes to them, and nothing gets before what they have.
    for (const segment of deleted) segment.finish();
    const isNeeded = ({ live, segment }: SpoolTicket) => live && deleted.has(segment);
    const needed = [...deleted].flatMap(({ tickets }) => tickets).filter(isNeeded);
    try {
      // Files that are tidied up meanwhile may take some of them along.
      for (const ticket of needed) if (isNeeded(ticket)) this.moveTo(this.current(), ticket);
      for (const segment of deleted) this.remove(segment);
      if (needed.length > 0)
        this.logger.warn(`files of the spool were deleted: ${needed.length} records were written anew`);
      this.canReplace = true;
    } catch (error) {
      this.cannotReplace(error);
    }
    this.sync().catch(() => undefined);
  }

  private moveTo(target: SpoolSegment, ticket: SpoolTicket): void {
    const record = ticket.segment.read(ticket);
    if (record === undefined) return this.giveUp(ticket);
    target.adopt(ticket, this.frames.write(record));
    this.bytes += ticket.bytes;
  }

  /** Long generations keep old files alive: their begins move on when little else is in there. */
  private tidy(target: SpoolSegment): void {
    const [oldest] = this.segments;
    if (oldest === undefined || oldest === target || oldest.liveCount > oldest.tickets.length / 4) return;
    const live = oldest.tickets.filter(({ live, segment }) => live && segment === oldest);
    if (live.some(({ kind }) => kind === 'outcome')) return;
    for (const ticket of live) this.moveTo(target, ticket);
    this.remove(oldest);
  }

  private async syncAfterTurn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.syncing = undefined;
    await Promise.all([this.directory.sync(), ...this.segments.map((segment) => segment.sync())]);
  }

  private giveUp(ticket: SpoolTicket): void {
    this.damaged += 1;
    this.logger.error(`a record in ${ticket.segment.path} is damaged at byte ${ticket.offset}`);
    this.settle(ticket);
  }

  /** The file that is written to may hold nothing but what is settled. */
  private letGoOfLast(): void {
    const last = this.segments.at(-1);
    if (last?.liveCount === 0) this.remove(last);
  }

  private remove(segment: SpoolSegment): void {
    const place = this.segments.indexOf(segment);
    if (place === -1) return;
    this.segments.splice(place, 1);
    this.bytes -= segment.size;
    segment.retire();
    this.files.remove(segment.path);
  }

  /** An outcome waits on; a begin without one waits too, and its end is that nobody saw it. */
  private inherit(): void {
    const begun = new Map<string, SpoolTicket>();
    for (const path of this.slot.inherited) {
      const segment = SpoolSegment.reopen(path, (record, ticket) => {
        const name = JSON.stringify([record.tenant, record.subject]);
        const begin = begun.get(name);
        if (begin) begin.segment.drop(begin);
        if (record.kind === 'begin') begun.set(name, ticket);
        else begun.delete(name);
      });
      this.segments.push(segment);
      this.bytes += segment.size;
      if (segment.damagedCount === 0) continue;
      this.damaged += segment.damagedCount;
      this.logger.error(`damaged records in ${path}: ${segment.damagedCount}`);
    }
    for (const segment of [...this.segments]) {
      this.waiting += segment.liveCount;
      for (const ticket of segment.tickets) ticket.kind = 'outcome';
      if (segment.liveCount === 0) this.remove(segment);
    }
  }
}
