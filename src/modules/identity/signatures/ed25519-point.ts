/** The field and the constant of edwards25519 (RFC 8032, section 5.1). */
const P = 2n ** 255n - 19n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const Y_MASK = 2n ** 255n - 1n;

/** The y of the points whose order divides 8: a key like that would make one signature good for many messages. */
const SMALL_ORDER_Y: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  P - 1n,
  2707385501144840649318225287225658788936804267575313519463743609750303402022n,
  55188659117513257062467267217118295137698188065244968500265048394206261417927n,
]);

/** Whether 32 bytes are the one spelling of a point on the curve that can be a key: not one of small order. */
export const isSoundPoint = (bytes: Uint8Array): boolean => isCanonicalLarge(bytes) && isOnCurve(yOf(bytes));

/** The part of it that costs nothing, for keys that were sound when they came. */
export function isCanonicalLarge(bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false;
  const y = yOf(bytes);
  return y < P && !SMALL_ORDER_Y.has(y);
}

/** Little-endian, without the bit that is the sign of x. */
const yOf = (bytes: Uint8Array): bigint =>
  BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`) & Y_MASK;

/** x² = (y² - 1) / (d y² + 1) must have a root; by Euler's criterion, without the division. */
function isOnCurve(y: bigint): boolean {
  const square = (y * y) % P;
  const u = (square + P - 1n) % P;
  const v = (D * square + 1n) % P;
  return power((u * v) % P, (P - 1n) / 2n) === 1n;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let rest = exponent, factor = base; rest > 0n; rest >>= 1n, factor = (factor * factor) % P)
    if (rest & 1n) result = (result * factor) % P;
  return result;
}
