export interface StoredRecord {
  /** JSON, any characters. */
  readonly facts: string;
  /** One-byte characters only. */
  readonly log: string;
  /** When it was put here, in ms of the process's clock. */
  readonly at: number;
  /** Whose it is, in few different words. */
  readonly owner: string;
}

/** Two lengths of four bytes and a time of eight stand before each record. */
const HEADER_BYTES = 16;
const MOST_BYTES_PER_CHARACTER = 3;

/** One block of memory outside of the heap that records are put into, one after another; it is given back as a whole. */
export class RecordShelf {
  /** Place of each record by its id; its offset and its owner stand there. */
  private readonly places = new Map<string, number>();
  private readonly offsets: number[] = [];
  private readonly owners: string[] = [];
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

  put(id: string, { facts, log, at, owner }: StoredRecord): void {
    const { memory, used } = this;
    const start = used + HEADER_BYTES;
    const factBytes = memory.write(facts, start, 'utf8');
    const logBytes = memory.write(log, start + factBytes, 'latin1');
    memory.writeUInt32LE(factBytes, used);
    memory.writeUInt32LE(logBytes, used + 4);
    memory.writeDoubleLE(at, used + 8);
    this.places.set(id, this.offsets.push(used) - 1);
    this.owners.push(owner);
    this.used = start + factBytes + logBytes;
    this.newestAt = at;
  }

  /** Whose records lay here, by id. Outlives the memory. */
  get ownerOf(): (id: string) => string | undefined {
    const { places, owners } = this;
    return (id) => owners[places.get(id) ?? -1];
  }

  find(id: string): StoredRecord | undefined {
    const place = this.places.get(id);
    if (place === undefined) return undefined;
    const { memory } = this;
    const offset = this.offsets[place]!;
    const factsEnd = offset + HEADER_BYTES + memory.readUInt32LE(offset);
    return {
      facts: memory.toString('utf8', offset + HEADER_BYTES, factsEnd),
      log: memory.toString('latin1', factsEnd, factsEnd + memory.readUInt32LE(offset + 4)),
      at: memory.readDoubleLE(offset + 8),
      owner: this.owners[place]!,
    };
  }
}

const mostBytes = ({ facts, log }: StoredRecord): number =>
  HEADER_BYTES + facts.length * MOST_BYTES_PER_CHARACTER + log.length;
