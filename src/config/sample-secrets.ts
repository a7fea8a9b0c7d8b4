import { createHash } from 'node:crypto';

/** Values that stand in examples everywhere, and therefore protect nothing. */
const WORDS = new Set([
  ...['admin', 'citadel', 'dev', 'development', 'postgres', 'redis', 'test'],
  ...['password', 'secret', 'default', 'example', 'sample'],
  ...['changeme', 'change-me', 'change_me', 'your-password', 'your_password'],
]);

/** SHA-256 of sample passwords that were printed in installation guides; the passwords themselves do not belong in code. */
const DIGESTS = new Set(['4a1ccdb873cb123051e39c6a28c35f313d6e8774203785f40f445ba60adceace']);

export const isSampleSecret = (value: string): boolean =>
  WORDS.has(value.toLowerCase()) || DIGESTS.has(createHash('sha256').update(value).digest('hex'));
