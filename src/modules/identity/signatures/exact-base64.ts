/**
 * Bytes from base64 (RFC 4648) with its padding, or base64url without: exactly so many, and written in the one way they
 * can be. Undefined for anything else, such as bits that mean nothing.
 */
export function fromExactBase64(text: string, bytes: number): Buffer | undefined {
  const length = Math.ceil(bytes / 3) * 4;
  if (text.length > length) return undefined;
  const decoded = Buffer.from(text, 'base64');
  if (decoded.length !== bytes) return undefined;
  return decoded.toString('base64') === text || decoded.toString('base64url') === text ? decoded : undefined;
}
