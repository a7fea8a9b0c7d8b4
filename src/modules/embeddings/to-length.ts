import { protocolFailure } from '../../backends/shared/failures.js';
import { type Failure, FailureError } from '../../contracts/failure.js';

/**
 * Vectors as long as was asked for. Of a backend that gives all it has, whatever it is asked, the beginning is taken and
 * brought to length 1, as Ollama does it.
 */
export function toLength(
  vectors: readonly Float32Array[],
  dimensions: number | undefined,
): readonly Float32Array[] {
  if (dimensions === undefined || vectors.every(({ length }) => length === dimensions)) return vectors;
  return vectors.map((numbers) => {
    if (numbers.length < dimensions) throw new FailureError(tooShort(numbers.length));
    return toUnit(numbers.subarray(0, dimensions));
  });
}

function toUnit(numbers: Float32Array): Float32Array {
  const length = Math.sqrt(numbers.reduce((sum, number) => sum + number * number, 0));
  if (length === 0) throw broken('its vectors have nothing but zeros in the length that was asked for');
  return numbers.map((number) => number / length);
}

const tooShort = (length: number): Failure => ({
  code: 'invalid_request',
  param: 'dimensions',
  message: `dimensions is more than the model has: its vectors have ${length} numbers.`,
});

const broken = (what: string) => new FailureError(protocolFailure(what));
