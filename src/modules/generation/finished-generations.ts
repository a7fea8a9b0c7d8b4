import type { Outcome } from '../../contracts/generation-outcome.js';
import type { Principal } from '../../contracts/principal.js';
import type { StreamHead } from '../../contracts/stream-dialect.js';
import type { Usage } from '../../contracts/usage.js';
import { RecordShelf, type StoredRecord } from './record-shelf.js';

/** What is kept of a generation after its end: nothing that holds the prompt, a closure or an upstream buffer. */
export interface FinishedFacts {
  readonly head: StreamHead;
  readonly owner: Principal;
  readonly profile: string;
  readonly outcome: Outcome;
  readonly usage: Usage;
  readonly durationMs: number;
  /** Name of the backend that answered. */
  readonly backend: string | undefined;
  readonly count: number;
}

export interface FinishedGeneration extends FinishedFacts {
  /** The log, one entry a line. */
  readonly log: string;
}

/** Cleared shelves of which it is still known what lay on them. */
const REMEMBERED_SHELVES = 32;
/** Names that are kept at a time. */
const MOST_OWNERS = 10_000;
/** Shelves in use when all the memory is: so much of it is given back at once. */
const SHELVES = 32;

/**
 * Finished generations for who comes late, bounded by bytes and age; under pressure the oldest go first. They lie as
 * bytes on shelves outside of the heap: as objects, ten thousands of them cost the garbage collector more than all
 * else a request does.
 */
export class FinishedGenerations {
  private readonly shelves: RecordShelf[] = [];
  /** Cleared last. Its memory is used again: the system would have to clear new memory first. */
  private spare: RecordShelf | undefined;
  /** Whose records went lately, by id. */
  private readonly owners = new Map<string, string>();
  private readonly gone: ((id: string) => string | undefined)[] = [];

  constructor(
    private readonly maxBytes: number,
    private readonly ttlMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  add(facts: FinishedFacts, log: string): void {
    const record = { facts: JSON.stringify(facts), log, at: this.now(), owner: this.ownerOf(facts.owner) };
    let shelf = this.shelves.at(-1);
    if (shelf === undefined || !shelf.hasRoomFor(record)) {
      shelf = RecordShelf.for(record, this.maxBytes / SHELVES, this.spare);
      this.spare = undefined;
      this.shelves.push(shelf);
      this.makeRoom();
    }
    shelf.put(facts.head.id, record);
  }

  find(id: string): FinishedGeneration | undefined {
    const found = this.lookUp(id);
    if (found === undefined || found.at <= this.now() - this.ttlMs) return undefined;
    const facts = JSON.parse(found.facts) as FinishedFacts;
    return { ...facts, log: found.log };
  }

  /** Whether this owner's record was here and has gone. */
  hasExpired(id: string, owner: Principal): boolean {
    const key = ownerKey(owner);
    const found = this.lookUp(id);
    if (found !== undefined) return found.owner === key && found.at <= this.now() - this.ttlMs;
    return this.gone.some((ownerOf) => ownerOf(id) === key);
  }

  /** One string for all records of an owner. */
  private ownerOf(owner: Principal): string {
    const key = ownerKey(owner);
    const known = this.owners.get(key);
    if (known !== undefined) return known;
    if (this.owners.size >= MOST_OWNERS) this.owners.clear();
    this.owners.set(key, key);
    return key;
  }

  private lookUp(id: string): StoredRecord | undefined {
    for (let i = this.shelves.length - 1; i >= 0; i--) {
      const found = this.shelves[i]!.find(id);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The newest shelf goes last, and only when it alone is more than may be kept. */
  private makeRoom(): void {
    const expired = this.now() - this.ttlMs;
    let bytes = this.shelves.reduce((sum, shelf) => sum + shelf.size, 0);
    while (this.shelves.length > 0 && (bytes > this.maxBytes || this.shelves[0]!.newestAt <= expired))
      bytes -= this.clearOldest();
  }

  private clearOldest(): number {
    this.spare = this.shelves.shift()!;
    this.gone.push(this.spare.ownerOf);
    if (this.gone.length > REMEMBERED_SHELVES) this.gone.shift();
    return this.spare.size;
  }
}

const ownerKey = ({ tenant, id, role }: Principal): string =>
  JSON.stringify([tenant, role === 'anonymous' ? null : id]);
