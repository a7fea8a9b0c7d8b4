import { FailureError } from '../../contracts/failure.js';
import { protocolFailure } from './failures.js';

const MAX_DIMENSIONS = 65_536;

/** Checks that there is one vector for each input, of one length, and of numbers that float32 can hold. */
export function toVectors(rows: unknown, inputs: number): Float32Array[] {
  if (!Array.isArray(rows) || rows.length !== inputs)
    throw broken('the number of vectors is not that of the inputs');
  const vectors = rows.map(toVector);
  const [first] = vectors;
  if (vectors.some(({ length }) => length !== first?.length)) throw broken('its vectors differ in length');
  return vectors;
}

function toVector(row: unknown): Float32Array {
  const numbers = typeof row === 'string' ? fromBase64(row) : row;
  if (!isNumbers(numbers) || numbers.length === 0 || numbers.length > MAX_DIMENSIONS)
    throw broken('a vector is not a list of numbers');
  const vector = Float32Array.from(numbers);
  if (!vector.every(Number.isFinite)) throw broken('a vector has a number that is none');
  return vector;
}

/** Little-endian float32, as OpenAI writes `encoding_format: base64`. */
function fromBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return Float32Array.from({ length: Math.floor(bytes.length / 4) }, (_, at) => bytes.readFloatLE(at * 4));
}

const isNumbers = (value: unknown): value is ArrayLike<number> =>
  value instanceof Float32Array ||
  (Array.isArray(value) && value.every((number) => typeof number === 'number'));

const broken = (what: string) => new FailureError(protocolFailure(what));
