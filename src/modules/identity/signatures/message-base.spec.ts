import { describe, expect, it } from 'vitest';
import { isDigestOf } from './content-digest.js';
import { isSignedBy } from './ed25519.js';
import { messageBase } from './message-base.js';
import { parsePublicKey } from './public-key.js';
import { parseSignatureInput } from './signature-input.js';
import type { SignedHead } from './signed-head.js';

const LINES: readonly (readonly [string, string])[] = [
  ['Host', 'example.com'],
  ['Date', 'Tue, 20 Apr 2021 02:07:55 GMT'],
  ['Content-Type', 'application/json'],
  [
    'Content-Digest',
    'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:',
  ],
  ['Content-Length', '18'],
];
/** The request of RFC 9421, appendix B.2. */
const head: SignedHead = {
  method: 'POST',
  url: '/foo?param=Value&Pet=dog',
  rawHeaders: LINES.flat(),
  headers: Object.fromEntries(LINES.map(([name, value]) => [name.toLowerCase(), value])),
};
const INPUT =
  'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"';
const KEY = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----`;
const SIGNATURE = 'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==';

describe('RFC 9421, appendix B.2.6', () => {
  const input = parseSignatureInput(INPUT)!;
  const base = messageBase(head, input)!;

  it('is the text of the appendix', () => {
    expect(base.toString()).toBe(
      [
        '"date": Tue, 20 Apr 2021 02:07:55 GMT',
        '"@method": POST',
        '"@path": /foo',
        '"@authority": example.com',
        '"content-type": application/json',
        '"content-length": 18',
        '"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length")' +
          ';created=1618884473;keyid="test-key-ed25519"',
      ].join('\n'),
    );
  });

  it('is signed by the key of the appendix', () => {
    expect(isSignedBy(parsePublicKey(KEY)!, base, Buffer.from(SIGNATURE, 'base64'))).toBe(true);
  });

  it('has the body that its digest names', () => {
    const digest = head.headers['content-digest'] as string;
    expect(isDigestOf(digest, Buffer.from('{"hello": "world"}'))).toBe(true);
    expect(isDigestOf(digest, Buffer.from('{"hello":"world"}'))).toBe(false);
  });
});

describe(messageBase.name, () => {
  const baseOf = (components: string) =>
    messageBase(head, parseSignatureInput(`s=(${components})`)!)?.toString();

  it('knows the query and the request target as they came', () => {
    expect(baseOf('"@query" "@request-target"')).toBe(
      '"@query": ?param=Value&Pet=dog\n"@request-target": /foo?param=Value&Pet=dog\n' +
        '"@signature-params": ("@query" "@request-target")',
    );
  });

  it('joins the lines of a field', () => {
    const twice = { ...head, rawHeaders: ['X-A', ' one ', 'x-b', '2', 'x-a', 'two'] };
    const base = messageBase(twice, parseSignatureInput('s=("x-a")')!);
    expect(base?.toString().split('\n')[0]).toBe('"x-a": one, two');
  });

  it.each(['"x-missing"', '"@status"', '"@target-uri"', '"@query-param"', '"@constructor"', '"constructor"'])(
    'has no text for %s',
    (component) => {
      expect(baseOf(component)).toBeUndefined();
    },
  );
});

describe(parseSignatureInput.name, () => {
  it('reads parameters of both kinds', () => {
    const input = parseSignatureInput(String.raw`s=("@method");created=-5;tag="a \"b\" \\c"`);
    expect(input?.params).toEqual(
      new Map<string, unknown>([
        ['created', -5],
        ['tag', 'a "b" \\c'],
      ]),
    );
    expect(input?.label).toBe('s');
  });

  it.each([
    ['two signatures', 'a=("@method");created=1, b=("@method");created=1'],
    ['a component twice', 'a=("@method" "@method");created=1'],
    ['a parameter twice', 'a=("@method");created=1;created=2'],
    ['a component with a parameter', 'a=("@method";req);created=1'],
    ['more spaces than there are', 'a=("@method"  "@path");created=1'],
    ['a space before a parameter', 'a=("@method"); created=1'],
    ['upper case', 'a=("Date");created=1'],
    ['a boolean', 'a=("date");created'],
    ['no list', 'a="date"'],
    ['an open string', 'a=("date");nonce="abc'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(parseSignatureInput(text)).toBeUndefined();
  });
});

describe(isDigestOf.name, () => {
  const body = Buffer.from('{"hello": "world"}');
  const sha256 = 'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:';

  it('asks all digests that are known, and one at least', () => {
    expect(isDigestOf(sha256, body)).toBe(true);
    expect(isDigestOf(`md5=:AAAA:, ${sha256}`, body)).toBe(true);
    expect(isDigestOf('md5=:AAAA:', body)).toBe(false);
    expect(isDigestOf(`${sha256}, sha-512=:${Buffer.alloc(64).toString('base64')}:`, body)).toBe(false);
  });

  it.each(['', 'sha-256', 'sha-256=:X48E:', sha256.replace('8', '9'), `${sha256},`])(
    'refuses "%s"',
    (header) => {
      expect(isDigestOf(header, body)).toBe(false);
    },
  );
});
