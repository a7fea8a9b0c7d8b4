/** Object ids of PostgreSQL's types, which are the same everywhere. */
const TYPE_IDS = { bytea: 17, text: 25, int4: 23, jsonb: 3802 } as const;

type Item = string | number | Buffer | null;

const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;
const JSONB_VERSION = 1;
const UTF8_BYTES = 3;
const KEPT_BYTES = 4 * 1024 * 1024;

/**
 * Writes arrays as PostgreSQL takes them in binary (`array_recv`): neither side has to write or read quotes and escapes, and
 * bytes stay bytes. All of a statement's arrays are in one piece of memory, which those of the next statement take over.
 */
export class ArrayWriter {
  private memory = Buffer.allocUnsafeSlow(64 * 1024);
  private end = 0;

  /** What was written before is not needed any more. */
  reset(): void {
    this.end = 0;
  }

  /** Numbers are for `int4`, Buffers for `bytea`. */
  write(type: keyof typeof TYPE_IDS, items: readonly Item[]): Buffer {
    const bytes = this.take(items.reduce(addMostBytes, HEADER_BYTES));
    bytes.writeInt32BE(1, 0);
    bytes.writeInt32BE(items.includes(null) ? 1 : 0, 4);
    bytes.writeInt32BE(TYPE_IDS[type], 8);
    bytes.writeInt32BE(items.length, 12);
    bytes.writeInt32BE(1, 16);
    let at = HEADER_BYTES;
    for (const item of items) {
      const begin = at + LENGTH_BYTES;
      const length = item === null ? NULL_LENGTH : writeItem(bytes, begin, { type, item });
      bytes.writeInt32BE(length, at);
      at = begin + Math.max(0, length);
    }
    this.end += at;
    return bytes.subarray(0, at);
  }

  /** Where it does not suffice, what was written stays in the old memory, which lives as long as that is used. */
  private take(mostBytes: number): Buffer {
    if (this.end + mostBytes > this.memory.length) {
      const size = Math.max(2 * this.memory.length, mostBytes);
      // Nobody keeps the memory of an uncommonly large batch.
      this.memory = Buffer.allocUnsafeSlow(Math.min(size, Math.max(mostBytes, KEPT_BYTES)));
      this.end = 0;
    }
    return this.memory.subarray(this.end);
  }
}

const addMostBytes = (sum: number, item: Item): number => {
  if (typeof item === 'string') return sum + LENGTH_BYTES + 1 + UTF8_BYTES * item.length;
  return sum + LENGTH_BYTES + (Buffer.isBuffer(item) ? item.length : LENGTH_BYTES);
};

/** Gives how many bytes it took. */
function writeItem(
  bytes: Buffer,
  at: number,
  { type, item }: { type: keyof typeof TYPE_IDS; item: string | number | Buffer },
): number {
  if (typeof item === 'number') return bytes.writeInt32BE(item, at) - at;
  if (typeof item !== 'string') return item.copy(bytes, at);
  if (type !== 'jsonb') return bytes.write(item, at);
  bytes[at] = JSONB_VERSION;
  return 1 + bytes.write(item, at + 1);
}
