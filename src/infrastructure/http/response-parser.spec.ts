import { describe, expect, it } from 'vitest';
import { ResponseSyntaxError } from './response-head.js';
import { Found, ResponseParser } from './response-parser.js';

interface Reading {
  status?: number;
  body: string;
  /** How many pieces of the body were handed over. */
  pieces: number;
  complete: boolean;
  rest: string;
  error?: string;
}

/** What a parser makes of these reads; each is given in a memory of its own. */
function parse(reads: readonly string[]): Reading {
  const parser = new ResponseParser();
  const reading: Reading = { body: '', pieces: 0, complete: false, rest: '' };
  try {
    for (const read of reads) {
      const bytes = Buffer.from(read, 'latin1');
      parser.give(bytes, bytes.length);
      for (let found = parser.step(); found !== Found.Nothing; found = parser.step()) {
        if (found === Found.Head) reading.status = parser.head!.status;
        else if (found === Found.Body) {
          reading.body += parser.body.toString('latin1');
          reading.pieces += 1;
        } else {
          reading.complete = true;
          reading.rest = parser.rest.toString('latin1');
          break;
        }
      }
    }
  } catch (error) {
    if (!(error instanceof ResponseSyntaxError)) throw error;
    reading.error = error.message;
  }
  return reading;
}

const bytewise = (text: string) => [...text];
const halves = (text: string) =>
  Array.from({ length: text.length - 1 }, (_, at) => [text.slice(0, at + 1), text.slice(at + 1)]);

const LENGTH = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const CHUNKED =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nX: y\r\n\r\n' +
  '3\r\nhel\r\n1;name="a;b"\r\nl\r\n00A\r\no\r\n\r\nworld\r\n0\r\nTrailer: x\r\n\r\n';

describe(ResponseParser.name, () => {
  it.each([
    ['of a known length', LENGTH, 'hello'],
    ['in chunks', CHUNKED, 'hello\r\n\r\nworld'],
    ['of nothing', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', ''],
    ['that may not be there', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
    [
      'after word that it will come',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\n${LENGTH}`,
      'hello',
    ],
  ])('reads a body %s, wherever the reads are cut', (_name, text, body) => {
    const expected = { body, complete: true, rest: '' };
    expect(parse([text])).toMatchObject(expected);
    expect(parse(bytewise(text))).toMatchObject(expected);
    for (const reads of halves(text)) expect(parse(reads)).toMatchObject(expected);
  });

  it('hands over the chunks of one read as one piece', () => {
    expect(parse([CHUNKED]).pieces).toBe(1);
  });

  it('reads on until the connection ends when nothing says how long the body is', () => {
    const reading = parse(['HTTP/1.0 200 OK\r\n\r\nsome', ' more']);
    expect(reading).toMatchObject({ body: 'some more', complete: false });
  });

  it('leaves what comes after the body', () => {
    expect(parse([`${LENGTH}more`])).toMatchObject({ complete: true, rest: 'more' });
    expect(parse([`${CHUNKED}more`])).toMatchObject({ complete: true, rest: 'more' });
  });

  it('hands over what came before a fault', () => {
    const text = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nzz\r\n';
    expect(parse([text])).toMatchObject({ body: 'ab', error: expect.any(String), complete: false });
  });

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH'],
    ['a future HTTP', 'HTTP/2 200\r\n\r\n'],
    ['a status of words', 'HTTP/1.1 OK\r\n\r\n'],
    ['a field without a name', 'HTTP/1.1 200 OK\r\n: x\r\n\r\n'],
    ['a folded field', 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n'],
    ['a space before the colon', 'HTTP/1.1 200 OK\r\nA : b\r\n\r\n'],
    ['lengths that differ', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['a length of words', 'HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\n'],
    ['an unknown coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
    ['endless fields', `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(20_000)}`],
    ['a chunk without a size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n'],
    ['a chunk of any size', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'f'.repeat(20)}\r\n`],
    ['a chunk that goes on', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n'],
    ['a bare line feed', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\na\n0\n\n'],
    ['an endless extension', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}`],
    [
      'endless trailers',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${'A: b\r\n'.repeat(4_000)}`,
    ],
  ])('refuses %s', (_name, text) => {
    expect(parse([text])).toMatchObject({ error: expect.stringMatching(/\S/), complete: false });
    expect(parse(bytewise(text))).toMatchObject({ error: expect.stringMatching(/\S/), complete: false });
  });
});
