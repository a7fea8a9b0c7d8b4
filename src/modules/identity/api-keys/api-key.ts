import { createHash, randomInt } from 'node:crypto';

export const API_KEY_PREFIX = 'pk_';
const START = 'pk_live_';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_CHARACTERS = 36;
const CHECK_CHARACTERS = 6;
const SHOWN_CHARACTERS = START.length + 6;
const SHAPE = new RegExp(`^${START}([0-9A-Za-z]{${RANDOM_CHARACTERS}})([0-9A-Za-z]{${CHECK_CHARACTERS}})$`);

/** A key with 214 random bits and, at its end, what tells a real one from a mistyped one. */
export function makeApiKey(): string {
  const random = Array.from({ length: RANDOM_CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join(
    '',
  );
  return START + random + checkOf(random);
}

/** Whether it can be one of ours at all. What is not needs no look into the database. */
export function isApiKey(text: string): boolean {
  const [, random, check] = SHAPE.exec(text) ?? [];
  return random !== undefined && check === checkOf(random);
}

/** Under which a key is found. It is long enough that nobody tries them all, so that a fast hash does. */
export const digestOf = (key: string): Buffer => createHash('sha256').update(key).digest();

/** By which its owner knows it again. */
export const shownPartOf = (key: string): string => key.slice(0, SHOWN_CHARACTERS);

function checkOf(random: string): string {
  let number = createHash('sha256').update(`${START}${random}`).digest().readUIntBE(0, 6);
  let check = '';
  for (let index = 0; index < CHECK_CHARACTERS; index++) {
    check += ALPHABET[number % ALPHABET.length];
    number = Math.floor(number / ALPHABET.length);
  }
  return check;
}
