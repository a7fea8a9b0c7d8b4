import type { Failure } from '../../contracts/failure.js';
import { cancelFailure, type CancelReason } from '../../contracts/generation-outcome.js';
import { joinLogprobs } from '../../contracts/logprobs.js';
import type { FrameWriter } from '../../contracts/stream-dialect.js';
import type { ProfileSettings, StreamingProfile, WindowEdge } from '../../contracts/streaming-profile.js';
import { flushClock } from './flush-clock.js';
import type { FollowedLog, GenerationReader } from './followed-log.js';
import { bodyOf, choiceOf, haveSameTag, isTagged, kindOf, logprobsOf, toolCallOf } from './log/entry.js';
import { LogCursor } from './log/log-cursor.js';
import { wake } from './wake.js';

/** Entries one reader writes in one turn at most, so that one that catches up does not hold up the others. */
const ENTRIES_PER_TURN = 1024;

/** Rings when pieces before `upTo` have waited for the flush deadline, or some of them for less. */
interface Alarm {
  upTo: number;
  isPending: boolean;
}

/** Where a reader's frames go. */
export interface StreamSink {
  /** Whether the status has gone out, also with no frame yet: then a failure can only be a frame. */
  readonly committed: boolean;
  /** Takes frames. False means it is full: the reader stops until it calls `onDrain`. */
  write(frames: string): boolean;
  /** The last frames; the stream is complete. */
  end(frames: string): void;
  /** Nothing was written yet and nothing will be: the generation failed before its first event. */
  refuse(failure: Failure): void;
}

/**
 * A cursor over one generation's log: the profile regroups, the dialect spells, the sink transports. The log itself is
 * the buffer, so nothing queues per client; a full sink only stops this cursor.
 */
export class LogReader implements GenerationReader {
  private readonly cursor: LogCursor;
  private opened = false;
  private closed = false;
  /** What the text at `position` is told while more may come: it may wait, has waited once, has waited twice. */
  private patience: Exclude<WindowEdge, 'closed'> = 'open';
  private alarm: Alarm = { upTo: 0, isPending: false };
  /** What is before this was there in an earlier turn. */
  private seen = 0;
  /** Next piece that was not said by itself. */
  private told = 0;
  /** Up to here the log is known to be bare text. */
  private textEnd = 0;
  blocked = false;

  constructor(
    private readonly generation: FollowedLog,
    private readonly profile: StreamingProfile,
    private readonly settings: ProfileSettings,
    private readonly writer: FrameWriter,
    private readonly sink: StreamSink,
    public position = 0,
  ) {
    this.cursor = new LogCursor(generation.log, position);
  }

  /** Pieces the slowest acceptable reader may be behind. */
  get bufferSize(): number {
    return this.settings.bufferSize;
  }

  pump(): void {
    if (this.closed || this.blocked) return;
    const { log } = this.generation;
    const start = this.position;
    const stop = Math.min(log.count, start + ENTRIES_PER_TURN);
    let frames = this.framesUntil(stop);
    this.cursor.release();
    this.seen = log.count;

    const outcome = this.position >= log.count ? this.generation.releasedOutcome : undefined;
    if (outcome === undefined) {
      if (frames !== '') this.write(frames);
      if (stop < log.count) wake.mark(this.generation);
      return;
    }
    this.closed = true;
    if (!this.opened && !this.sink.committed && frames === '' && outcome.status !== 'finished') {
      if (outcome.status === 'failed') return this.sink.refuse(outcome.failure);
      return this.sink.refuse(cancelFailure(outcome.reason));
    }
    if (outcome.status === 'finished') {
      frames += this.writer.finished({ ...this.generation.ending, finishReasons: outcome.finishReasons });
    } else if (outcome.status === 'failed')
      frames += this.writer.failed(outcome.failure, this.generation.ending);
    else frames += this.writer.cancelled(outcome.reason, this.generation.ending);
    this.sink.end(this.opened ? frames : this.writer.open() + frames);
  }

  /** The sink has room again. */
  onDrain(): void {
    if (!this.blocked) return;
    this.blocked = false;
    this.generation.readerUnblocked();
    wake.mark(this.generation);
  }

  /** Says the beginning, where nothing has come for so long that the client should hear of it. */
  greet(): void {
    if (!this.opened && !this.closed && !this.blocked) this.write('');
  }

  /** The client does not read: the last thing said to it, past everything it has not been given. */
  farewell(reason: CancelReason): string {
    // The client has it up to here, wherever the log ends.
    return this.writer.cancelled(reason, { ...this.generation.ending, seq: this.position - 1 });
  }

  /** The client has gone, or must go: nothing more is written. */
  close(): void {
    this.closed = true;
    if (this.blocked) this.generation.readerUnblocked();
    this.blocked = false;
  }

  private framesUntil(stop: number): string {
    const { log } = this.generation;
    const { cursor, writer } = this;
    let frames = '';
    while (this.position < stop) {
      const from = this.position;
      const first = cursor.piece(from);
      if (log.tagged > 0 && isTagged(first)) {
        frames += this.taggedFrame(first, from, stop);
        cursor.start = this.position;
        continue;
      }
      const to = log.tagged === 0 ? stop : this.findTextEnd(from, stop);
      if (writer.piece !== undefined) frames += this.piecesUntil(to);
      const edge = this.edge(from, to, stop);
      const cut = this.profile.cut(cursor, from, to, this.settings.chunkSize, edge);
      if (cut === from) {
        this.wait(from);
        break;
      }
      let text = first;
      for (let position = from + 1; position < cut; position++) text += cursor.piece(position);
      frames += writer.text(text, 0, cut - 1);
      this.position = cut;
      this.patience = !this.alarm.isPending && cut < this.alarm.upTo ? 'due' : 'open';
    }
    return frames;
  }

  /** Each by itself, once, also those that wait for others. */
  private piecesUntil(end: number): string {
    let frames = '';
    for (this.told = Math.max(this.told, this.position); this.told < end; this.told++)
      frames += this.writer.piece!(this.cursor.piece(this.told), 0, this.told);
    return frames;
  }

  /** Where the bare text ends that `from` stands in. What was looked through once is not looked through again. */
  private findTextEnd(from: number, stop: number): number {
    let end = Math.max(from, this.textEnd);
    while (end < stop && !isTagged(this.cursor.piece(end))) end++;
    return (this.textEnd = end);
  }

  private edge(from: number, to: number, stop: number): WindowEdge {
    if (to < stop) return 'closed';
    if (stop < this.generation.log.count) return 'open';
    if (this.generation.ended) return 'closed';
    return from === this.cursor.start || this.settings.flushMs === 0 ? 'now' : this.patience;
  }

  /** Nobody waits anew because a frame went without it: what was there in an earlier turn keeps its alarm. */
  private wait(position: number): void {
    if (this.alarm.isPending && position < this.seen) {
      this.alarm.upTo = this.seen;
      return;
    }
    const alarm = { upTo: position + 1, isPending: true };
    this.alarm = alarm;
    flushClock.ringIn(this.settings.flushMs, () => {
      alarm.isPending = false;
      if (this.closed || this.position >= alarm.upTo) return;
      alarm.upTo = this.seen;
      this.patience = this.patience === 'open' ? 'due' : 'now';
      wake.mark(this.generation);
    });
  }

  /** Reasoning, refusals, tool calls and text of further answers are never held back; equal neighbours share a frame. */
  private taggedFrame(first: string, from: number, stop: number): string {
    const kind = kindOf(first);
    const choice = choiceOf(first);
    let end = from + 1;
    if (kind === 'tool-call') {
      this.position = end;
      return this.writer.toolCall(toolCallOf(first), choice, from);
    }
    let text = bodyOf(first);
    let logprobs = kind === 'scored-text' ? logprobsOf(first) : undefined;
    const most = Math.min(stop, from + this.settings.chunkSize);
    for (; end < most; end++) {
      const entry = this.cursor.piece(end);
      if (!isTagged(entry) || !haveSameTag(entry, first)) break;
      text += bodyOf(entry);
      if (logprobs !== undefined) logprobs = joinLogprobs(logprobs, logprobsOf(entry));
    }
    this.position = end;
    const { writer } = this;
    if (logprobs !== undefined && writer.scoredText !== undefined)
      return writer.scoredText(text, logprobs, choice, end - 1);
    if (kind === 'reasoning') return writer.reasoning(text, choice, end - 1);
    return kind === 'refusal' && writer.refusal !== undefined
      ? writer.refusal(text, choice, end - 1)
      : writer.text(text, choice, end - 1);
  }

  private write(frames: string): void {
    const all = this.opened ? frames : this.writer.open() + frames;
    this.opened = true;
    if (this.sink.write(all)) return;
    this.blocked = true;
    this.generation.readerBlocked();
  }
}
