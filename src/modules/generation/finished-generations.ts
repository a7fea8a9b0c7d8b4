import type { Outcome } from '../../contracts/generation-outcome.js';
import type { Principal } from '../../contracts/principal.js';
import type { StreamHead } from '../../contracts/stream-dialect.js';
import type { Usage } from '../../contracts/usage.js';

/** What is kept of a generation after its end: nothing that holds the prompt, a closure or an upstream buffer. */
export interface FinishedGeneration {
  readonly head: StreamHead;
  readonly owner: Principal;
  readonly profile: string;
  readonly outcome: Outcome;
  readonly usage: Usage;
  /** The log, one entry a line. */
  readonly log: string;
  readonly count: number;
  readonly endedAt: number;
}

/** What a record holds besides its log. */
const RECORD_BYTES = 600;

/** Finished generations for who comes late, bounded by bytes and age; under pressure the oldest goes first. */
export class FinishedGenerations {
  private readonly records = new Map<string, FinishedGeneration>();
  private bytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly ttlMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  add(record: FinishedGeneration): void {
    this.records.set(record.head.id, record);
    this.bytes += sizeOf(record);
    const expired = this.now() - this.ttlMs;
    for (const oldest of this.records.values()) {
      if (this.bytes <= this.maxBytes && oldest.endedAt > expired) break;
      this.remove(oldest);
    }
  }

  find(id: string): FinishedGeneration | undefined {
    const record = this.records.get(id);
    if (record === undefined || record.endedAt > this.now() - this.ttlMs) return record;
    this.remove(record);
    return undefined;
  }

  private remove(record: FinishedGeneration): void {
    this.records.delete(record.head.id);
    this.bytes -= sizeOf(record);
  }
}

const sizeOf = ({ log }: FinishedGeneration): number => log.length + RECORD_BYTES;
