import { FileRemoval } from './file-removal.js';
import { segmentName } from './segment-name.js';
import { type FrameKind, FrameWriter } from './spool-frame.js';
import type { SpoolPlace } from './spool-place.js';
import { SpoolSegment, type SpoolTicket } from './spool-segment.js';

const SEGMENT_BYTES = 8 * 1024 * 1024;
/** So long a file is written to: what it holds in clear goes when all of it is in the database. */
const SEGMENT_MS = 60_000;
/** Of files larger than this together, old ones are given up for the sake of what little in them is still needed. */
const TIDY_ABOVE_BYTES = 8 * SEGMENT_BYTES;

export interface SpoolFilesListener {
  /** A record cannot be read: it goes nowhere. */
  damaged(ticket: SpoolTicket): void;
  unremovable(error: unknown): void;
}

/** The files of a spool. One goes when nothing in it is needed. */
export class SpoolFiles {
  /** The oldest first; the last one is written to. */
  private readonly segments: SpoolSegment[] = [];
  private readonly frames = new FrameWriter();
  private readonly removal: FileRemoval;
  private bytes = 0;
  private created = 0;

  constructor(
    private readonly place: SpoolPlace,
    private readonly listener: SpoolFilesListener,
  ) {
    this.removal = new FileRemoval((error) => listener.unremovable(error));
  }

  get size(): number {
    return this.bytes;
  }

  /** Bytes that would go if they had to: the file that is written to may hold nothing but what is settled. */
  get dispensableBytes(): number {
    const last = this.segments.at(-1);
    return last?.liveCount === 0 ? last.size : 0;
  }

  get hasDeleted(): boolean {
    return this.segments.some(({ isDeleted }) => isDeleted);
  }

  /** A file of another process, behind those that are here. */
  inherit(segment: SpoolSegment): void {
    this.segments.push(segment);
    this.bytes += segment.size;
  }

  /** What the files of other processes hold that is still needed; those with nothing of it go. */
  keepNeeded(): SpoolTicket[] {
    for (const segment of [...this.segments]) if (segment.liveCount === 0) this.remove(segment);
    return this.segments.flatMap(({ tickets }) => tickets.filter(({ live }) => live));
  }

  /** Throws what the file system says. */
  append(kind: FrameKind, frame: Buffer): SpoolTicket {
    const ticket = this.current().append(kind, frame);
    this.bytes += frame.length;
    return ticket;
  }

  /** The record is not needed any more. */
  release(ticket: SpoolTicket): void {
    const { segment } = ticket;
    segment.drop(ticket);
    if (segment.liveCount === 0 && (segment.finished || segment !== this.segments.at(-1)))
      this.remove(segment);
  }

  /** What waits, in its order. A file may go with the last of its records meanwhile. */
  *waiting(): Iterable<SpoolTicket> {
    for (const segment of [...this.segments]) yield* segment.waitingTickets();
  }

  /** Resolves when all that was appended before would survive a loss of power. */
  async sync(): Promise<void> {
    await Promise.all([this.place.sync(), ...this.segments.map((segment) => segment.sync())]);
  }

  letGoOfDispensable(): void {
    const last = this.segments.at(-1);
    if (last?.liveCount === 0) this.remove(last);
  }

  /** No longer than it must be is anything here that may have been erased elsewhere. Throws what the file system says. */
  tend(): void {
    this.removal.again();
    const [oldest] = this.segments;
    const last = this.segments.at(-1);
    if (oldest === undefined || last === undefined) return;
    if (last.liveCount === 0) this.remove(last);
    else if (last.createdAt + SEGMENT_MS < Date.now()) last.finish();
    if (oldest.finished && oldest.createdAt + SEGMENT_MS <= Date.now()) this.tidy(this.current());
  }

  /** Nothing more goes to any of them. */
  finish(): void {
    for (const segment of this.segments) segment.finish();
  }

  /**
   * Writes anew what is needed of files that were deleted, as long as this process can still read them, and says of how many
   * records that was. Throws what the file system says, and may be called again then.
   */
  rescue(): number {
    const deleted = new Set(this.segments.filter(({ isDeleted }) => isDeleted));
    // Nothing more goes to them, and nothing gets before what they have.
    for (const segment of deleted) segment.finish();
    const isNeeded = ({ live, segment }: SpoolTicket) => live && deleted.has(segment);
    const needed = [...deleted].flatMap(({ tickets }) => tickets).filter(isNeeded);
    // Files that are tidied up meanwhile may take some of them along.
    for (const ticket of needed) if (isNeeded(ticket)) this.move(ticket, this.current());
    for (const segment of deleted) this.remove(segment);
    return needed.length;
  }

  /** What is still needed stays for the next process. */
  close(): void {
    for (const segment of [...this.segments]) {
      if (segment.liveCount === 0) this.remove(segment);
      else segment.close();
    }
  }

  /** The file that is written to, or a new one where it is full. */
  private current(): SpoolSegment {
    const last = this.segments.at(-1);
    if (last !== undefined && !last.finished && last.size < SEGMENT_BYTES) return last;
    const next = SpoolSegment.create(this.place.pathOf(segmentName(++this.created)));
    this.segments.push(next);
    if (last?.liveCount === 0) this.remove(last);
    if (this.bytes > TIDY_ABOVE_BYTES) this.tidy(next);
    return next;
  }

  /** Long generations keep old files alive: their begins move on when little else is in there. */
  private tidy(target: SpoolSegment): void {
    const [oldest] = this.segments;
    if (oldest === undefined || oldest === target || oldest.liveCount > oldest.tickets.length / 4) return;
    const live = oldest.tickets.filter(({ live, segment }) => live && segment === oldest);
    if (live.some(({ kind }) => kind === 'outcome')) return;
    for (const ticket of live) this.move(ticket, target);
    this.remove(oldest);
  }

  private move(ticket: SpoolTicket, target: SpoolSegment): void {
    const record = ticket.segment.read(ticket);
    if (record === undefined) return this.listener.damaged(ticket);
    target.adopt(ticket, this.frames.write(record));
    this.bytes += ticket.bytes;
  }

  private remove(segment: SpoolSegment): void {
    const place = this.segments.indexOf(segment);
    if (place === -1) return;
    this.segments.splice(place, 1);
    this.bytes -= segment.size;
    segment.retire();
    this.removal.remove(segment.path);
  }
}
