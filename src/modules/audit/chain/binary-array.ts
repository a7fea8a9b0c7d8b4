/** Object ids of PostgreSQL's types, which are the same everywhere. */
const TYPE_IDS = { bytea: 17, text: 25, int4: 23, jsonb: 3802 } as const;

type Item = string | number | Buffer | null;

const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;
const JSONB_VERSION = 1;
const UTF8_BYTES = 3;

/**
 * An array as PostgreSQL takes it in binary (`array_recv`): neither side has to write or read quotes and escapes, and bytes
 * stay bytes. Numbers are for `int4`, Buffers for `bytea`.
 */
export function binaryArray(type: keyof typeof TYPE_IDS, items: readonly Item[]): Buffer {
  const bytes = Buffer.allocUnsafe(items.reduce(addMostBytes, HEADER_BYTES));
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
  return bytes.subarray(0, at);
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
