import { describe, expect, it } from 'vitest';
import { readChatStream, readSse, type SseFrame } from './sse.js';

// eslint-disable-next-line @typescript-eslint/require-await -- a body is an async iterable even when its bytes are at hand
async function* bytes(text: string, each: number): AsyncGenerator<Uint8Array> {
  const all = Buffer.from(text);
  for (let at = 0; at < all.length; at += each) yield all.subarray(at, at + each);
}

describe(readSse.name, () => {
  it.each([1, 2, 1000])('follows the standard, %i bytes at a time', async (each) => {
    const text =
      ': hi\r\n\r\nevent: a\ndata:x\ndata:  yé\nid: 7\nretry: 20\nother: 1\n\nid: \0\ndata\r\rdata: lost';
    const events = readSse(bytes(text, each));
    const frames: SseFrame[] = [];
    let step = await events.next();
    for (; !step.done; step = await events.next()) frames.push(step.value);

    expect(frames).toMatchObject([
      { comment: 'hi', data: undefined, raw: ': hi\r\n\r\n' },
      { event: 'a', data: 'x\n yé', id: '7', retry: 20 },
      { event: undefined, data: '', id: undefined, raw: 'id: \0\ndata\r\r' },
    ]);
    expect(step.value).toBe('data: lost');
  });
});

describe(readChatStream.name, () => {
  it('refuses data after the end', async () => {
    await expect(readChatStream(bytes('data: [DONE]\n\ndata: {}\n\n', 5))).rejects.toThrow('after [DONE]');
  });
});
