import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat, post } from '../support/gateway-calls.js';
import { SeededRandom } from '../support/seeded-random.js';
import { readChatStream, type ChatStream } from '../support/sse.js';
import { mixedText, splitText, TEXTS, type TextName } from '../support/text-pieces.js';

const random = new SeededRandom(7);
const PIECES = splitText(mixedText(random, Object.keys(TEXTS) as TextName[], 24), random, 4);
const THINKING = ['Let', ' me', ' see', ' 👩', '\u200d', '👩'];
const TOOL_CALLS = [
  { id: 'call_1', name: 'find', arguments: { what: 'é "quoted"\n', deep: { list: [1, null, '👩‍👩‍👧'] } } },
  { id: 'call_2', name: 'look', arguments: {} },
];
/** By profile: the most pieces in a frame whose borders are good. */
const SIZES = { voice: 1, copilot: 5, gui: 10, generic: 7, smooth: 64 } as const;
type Profile = keyof typeof SIZES;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway({ OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' });
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

async function ask(profile: Profile): Promise<ChatStream> {
  ollama.answer({ pieces: PIECES, thinking: THINKING, toolCalls: TOOL_CALLS });
  const query = profile === 'generic' ? '&chunk_size=7' : '';
  const response = await post(`${gateway.url}/v1/agents/stream?agent_type=${profile}${query}`, {
    model: 'phi3',
    messages: [{ role: 'user', content: 'Hello' }],
  });
  return readChatStream(response);
}

/** The text of each frame that has some. */
const framesOf = ({ chunks }: ChatStream): string[] =>
  chunks
    .map(({ choices }) => choices?.[0]?.delta?.content ?? choices?.[0]?.text ?? '')
    .filter((text) => text !== '');

/** How many pieces of the model each frame has. Fails when one does not end where a piece does. */
function sizesOf(frames: readonly string[], pieces: readonly string[]): number[] {
  let next = 0;
  return frames.map((frame) => {
    const from = next;
    for (let length = 0; length < frame.length; length += pieces[next++]!.length);
    expect(pieces.slice(from, next).join('')).toBe(frame);
    return next - from;
  });
}

describe.each(['per-line', 'one-write'] as const)('the same answer, which comes %s', (split) => {
  it('is the same under every profile', async () => {
    ollama.split = split;
    for (const profile of Object.keys(SIZES) as Profile[]) {
      const stream = await ask(profile);
      expect(stream.text, profile).toBe(PIECES.join(''));
      expect(stream.reasoning).toBe(THINKING.join(''));
      expect(stream.toolCalls).toEqual(
        TOOL_CALLS.map(({ id, name, arguments: value }) => ({ id, name, arguments: JSON.stringify(value) })),
      );
      expect(stream).toMatchObject({
        finishReason: 'tool_calls',
        done: true,
        leftover: '',
        error: undefined,
      });
    }
  });

  it.each(Object.entries(SIZES))('comes in frames as %s has them', async (profile, size) => {
    ollama.split = split;
    const frames = framesOf(await ask(profile as Profile));
    const sizes = sizesOf(frames, PIECES);
    const isRegular = profile === 'voice' || profile === 'generic' || profile === 'smooth';
    expect(Math.max(...sizes)).toBeLessThanOrEqual(isRegular ? size : 4 * size);
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThanOrEqual(1);
    if (profile === 'voice') expect(sizes).toHaveLength(PIECES.length);
    else if (split === 'one-write') expect(frames.length).toBeLessThan(PIECES.length / 2);
  });
});

// Faster than any deadline, after which a border may be a guess.
describe('an answer that comes at once', () => {
  beforeAll(() => void (ollama.split = 'one-write'));

  it('is never cut inside a character under gui', async () => {
    const starts = new Set([...graphemes.segment(PIECES.join(''))].map(({ index }) => index));
    let end = 0;
    for (const frame of framesOf(await ask('gui')).slice(0, -1)) {
      end += frame.length;
      // Nobody waits for what belongs to the very first piece.
      if (end > PIECES[0]!.length) expect(starts.has(end), JSON.stringify(frame.slice(-8))).toBe(true);
    }
  });

  it('is never cut inside indentation or a fence under copilot', async () => {
    const code = splitText(TEXTS.code.repeat(20), random, 5);
    ollama.answer({ pieces: ['#', ...code] });
    const response = await post(`${gateway.url}/v1/copilot/completions`, {
      model: 'phi3',
      prompt: ' \n  def',
    });
    const stream = await readChatStream(response);
    expect(stream.text).toBe(`#${code.join('')}`);
    expect(stream.chunks[0]).toMatchObject({ object: 'text_completion' });
    let end = 0;
    for (const frame of framesOf(stream).slice(0, -1)) {
      end += frame.length;
      const around = `${stream.text.slice(0, end)}|${stream.text.slice(end)}`;
      expect(around).not.toMatch(/(?:^|[\r\n])[ \t]+\|[ \t]/);
      expect(around).not.toMatch(/(`\|`|~\|~)/);
    }
    expect(ollama.requests.at(-1)!.body).toMatchObject({ prompt: ' \n  def' });
  });
});

it('merges what comes within the deadline under smooth, behind the first piece', async () => {
  ollama.split = 'per-line';
  ollama.answer({ pieces: [...'abcdefghij'] });
  const response = await askChat(gateway, { stream: true }, { headers: { 'x-stream-profile': 'smooth' } });
  const frames = framesOf(await readChatStream(response));
  expect(frames.join('')).toBe('abcdefghij');
  expect(frames.length).toBeLessThanOrEqual(3);
});

it.each([
  ['voice/chat/completions', 1],
  ['gui/chat/completions', 10],
])('POST /v1/%s streams without being asked to', async (path, size) => {
  const pieces = Array.from({ length: 40 }, (_, i) => ` ${i}`);
  ollama.split = 'one-write';
  ollama.answer({ pieces });
  const response = await post(`${gateway.url}/v1/${path}`, {
    model: 'phi3',
    stream: false,
    messages: [{ role: 'user', content: 'Hello' }],
  });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const stream = await readChatStream(response);
  expect(stream).toMatchObject({ text: pieces.join(''), finishReason: 'stop', done: true });
  expect(Math.max(...sizesOf(framesOf(stream), pieces))).toBe(size);
});
