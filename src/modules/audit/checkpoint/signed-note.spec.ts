import { createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSignedBy, keyHashOf, parseNote, rawKeyOf, signNote, verifierKeyOf } from './signed-note.js';

const NAME = 'citadel-audit/default';
const TEXT = `${NAME}\n3\nAAAA\n`;
const keys = generateKeyPairSync('ed25519');
const NOTE = signNote(TEXT, NAME, keys);

describe(parseNote.name, () => {
  it('finds text, name, key hash and signature', () => {
    const note = parseNote(NOTE);
    const typed = Buffer.concat([Buffer.from(`${NAME}\n\u0001`), rawKeyOf(keys.publicKey)]);
    const keyHash = createHash('sha256').update(typed).digest().subarray(0, 4);
    const signature = sign(null, Buffer.from(TEXT), keys.privateKey);
    expect(note).toEqual({ text: TEXT, signatures: [{ name: NAME, keyHash, signature }] });
    const blob = Buffer.concat([keyHash, signature]).toString('base64');
    expect(NOTE).toBe(`${TEXT}\n\u2014 ${NAME} ${blob}\n`);
  });

  it('takes the last empty line for the end of the text', () => {
    expect(parseNote(signNote('a\n\nb\n', NAME, keys))?.text).toBe('a\n\nb\n');
  });

  it.each([
    ['nothing', ''],
    ['a text without signatures', TEXT],
    ['a note without its last newline', NOTE.slice(0, -1)],
    ['another dash', NOTE.replace('\u2014', '-')],
    ['a control character', NOTE.replace('\n3\n', '\n3\r\n')],
    ['a signature that is too short', NOTE.replace(/ \S+\n$/, ' AAAA\n')],
    ['base64 with bits left over', NOTE.replace(/.=\n$/, (end) => `${end === 'A=\n' ? 'B' : '/'}=\n`)],
    ['more signatures than anybody needs', NOTE + NOTE.slice(NOTE.indexOf('\u2014')).repeat(100)],
  ])('refuses %s', (_, note) => {
    expect(parseNote(note)).toBeUndefined();
  });
});

describe(isSignedBy.name, () => {
  const isSigned = (note: string, name = NAME, publicKey = keys.publicKey) =>
    isSignedBy(parseNote(note)!, name, publicKey);

  it('accepts what was signed, and nothing else', () => {
    expect(isSigned(NOTE)).toBe(true);
    expect(isSigned(NOTE.replace('\n3\n', '\n4\n'))).toBe(false);
    expect(isSigned(NOTE, 'another')).toBe(false);
    expect(isSigned(NOTE, NAME, generateKeyPairSync('ed25519').publicKey)).toBe(false);
  });

  it('passes over signatures of others, and minds every one of its own', () => {
    const line = (note: string) => note.slice(note.indexOf('\u2014'));
    const theirs = signNote(TEXT, 'witness', generateKeyPairSync('ed25519'));
    expect(isSigned(NOTE + line(theirs))).toBe(true);
    expect(isSigned(theirs + line(NOTE))).toBe(true);
    expect(isSigned(theirs)).toBe(false);
    expect(isSigned(NOTE + line(signNote('other\n', NAME, keys)))).toBe(false);
  });
});

describe(verifierKeyOf.name, () => {
  it('holds name, key hash and the typed key', () => {
    const [name, keyHash = '', ...rest] = verifierKeyOf(NAME, keys.publicKey).split('+');
    // Base64 has plus signs of its own.
    const base64 = rest.join('+');
    const typed = Buffer.from(base64, 'base64');
    expect(name).toBe(NAME);
    expect(keyHash).toBe(keyHashOf(NAME, typed.subarray(1)).toString('hex'));
    expect(typed[0]).toBe(1);
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), typed.subarray(1)]);
    expect(createPublicKey({ key: der, format: 'der', type: 'spki' }).equals(keys.publicKey)).toBe(true);
    expect(rawKeyOf(keys.publicKey)).toEqual(typed.subarray(1));
  });
});
