/**
 * A vector as it is cached and answered: four bytes with its input's count of tokens, then little-endian float32. One
 * form for both encodings of an answer, so that they can never differ.
 */
export class Vector {
  private static readonly HEADER_BYTES = 4;
  private json: string | undefined;

  private constructor(readonly bytes: Buffer) {}

  static of(numbers: Float32Array, tokens: number): Vector {
    const bytes = Buffer.allocUnsafe(Vector.HEADER_BYTES + numbers.length * 4);
    bytes.writeUInt32LE(tokens, 0);
    for (let at = 0; at < numbers.length; at++)
      bytes.writeFloatLE(numbers[at]!, Vector.HEADER_BYTES + at * 4);
    return new Vector(bytes);
  }

  /** The vector that was stored; undefined when these bytes are none. */
  static from(bytes: Buffer | null): Vector | undefined {
    if (bytes === null || bytes.length <= Vector.HEADER_BYTES || bytes.length % 4 !== 0) return undefined;
    return new Vector(bytes);
  }

  /** The same in memory of its own. */
  copy(): Vector {
    return new Vector(Buffer.from(this.bytes));
  }

  get tokens(): number {
    return this.bytes.readUInt32LE(0);
  }

  get dimensions(): number {
    return this.bytes.length / 4 - 1;
  }

  /** As OpenAI's `encoding_format: base64`. */
  toBase64(): string {
    return this.bytes.toString('base64', Vector.HEADER_BYTES);
  }

  /** A JSON array of the shortest numbers that are these float32. */
  toJson(): string {
    this.json ??= `[${Array.from({ length: this.dimensions }, (_, at) =>
      shortest(this.bytes.readFloatLE(Vector.HEADER_BYTES + at * 4)),
    ).join(',')}]`;
    return this.json;
  }
}

const FEWEST_DECIMALS = 6;
const MOST_DECIMALS = 12;
const POWERS = Array.from({ length: MOST_DECIMALS + 1 }, (_, decimals) => 10 ** decimals);

/** The number with the fewest decimals that is this float32. */
function shortest(float: number): number {
  for (let decimals = FEWEST_DECIMALS; decimals <= MOST_DECIMALS; decimals++) {
    const power = POWERS[decimals]!;
    const short = Math.round(float * power) / power;
    if (Math.fround(short) === float) return short;
  }
  return Number(float.toPrecision(9));
}
