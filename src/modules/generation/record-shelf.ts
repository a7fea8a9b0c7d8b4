export interface StoredRecord {
  /** JSON, any characters. */
  readonly facts: string;
  /** One-byte characters only. */
  readonly log: string;
  /** When it was put here, in ms of the process's clock. */
  readonly at: number;
}

/** Two lengths of four bytes and a time of eight stand before each record. */
const HEADER_BYTES = 16;
const MOST_BYTES_PER_CHARACTER = 3;

/** One block of memory outside of the heap that records are put into, one after another; it is given back as a whole. */
export class RecordShelf {
  private readonly offsets = new Map<string, number>();
  private used = 0;

  private constructor(
    private readonly memory: Buffer,
    public newestAt: number,
  ) {}

  /** A shelf of about that size, on which at least this record finds room. In the memory of another, if it will do. */
  static for(record: StoredRecord, bytes: number, spare?: RecordShelf): RecordShelf {
    const size = Math.max(Math.floor(bytes), mostBytes(record));
    const memory = spare?.size === size ? spare.memory : Buffer.allocUnsafeSlow(size);
    return new RecordShelf(memory, record.at);
  }

  get size(): number {
    return this.memory.length;
  }

  hasRoomFor(record: StoredRecord): boolean {
    return this.used + mostBytes(record) <= this.size;
  }

  put(id: string, { facts, log, at }: StoredRecord): void {
    const { memory, used } = this;
    const start = used + HEADER_BYTES;
    const factBytes = memory.write(facts, start, 'utf8');
    const logBytes = memory.write(log, start + factBytes, 'latin1');
    memory.writeUInt32LE(factBytes, used);
    memory.writeUInt32LE(logBytes, used + 4);
    memory.writeDoubleLE(at, used + 8);
    this.offsets.set(id, used);
    this.used = start + factBytes + logBytes;
    this.newestAt = at;
  }

  find(id: string): StoredRecord | undefined {
    const offset = this.offsets.get(id);
    if (offset === undefined) return undefined;
    const { memory } = this;
    const factsEnd = offset + HEADER_BYTES + memory.readUInt32LE(offset);
    return {
      facts: memory.toString('utf8', offset + HEADER_BYTES, factsEnd),
      log: memory.toString('latin1', factsEnd, factsEnd + memory.readUInt32LE(offset + 4)),
      at: memory.readDoubleLE(offset + 8),
    };
  }
}

const mostBytes = ({ facts, log }: StoredRecord): number =>
  HEADER_BYTES + facts.length * MOST_BYTES_PER_CHARACTER + log.length;
