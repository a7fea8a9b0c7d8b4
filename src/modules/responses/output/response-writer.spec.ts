import { describe, expect, it } from 'vitest';
import {
  faultsOfResponseStream,
  joined,
  readResponseStream,
  type ResponseStream,
} from '../../../../test/support/response-stream.js';
import { SeededRandom } from '../../../../test/support/seeded-random.js';
import type { FrameWriter } from '../../../contracts/stream-dialect.js';
import { toLogprobs } from '../../../contracts/logprobs.js';
import { fromWireBytes, toWireText } from '../../../contracts/wire-text.js';
import { ending, finished } from '../../agents/dialects/testing/dialect-fixtures.js';
import type { ResponseEcho } from '../response-echo.js';
import { ResponseWriter } from './response-writer.js';

const HEAD = { id: 'resp_0f', created: 1000, model: 'phi3', agent: undefined, choices: 1 };
const ECHO = {
  background: false,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  previous_response_id: null,
  reasoning: { effort: null, summary: null },
  service_tier: 'default',
  store: true,
  temperature: 0.7,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: 1,
  truncation: 'disabled',
};

/** What the first calls of a talk are calls of. */
const TOOLS = [
  { type: 'custom', name: 'f1', description: null, format: { type: 'text' } },
  { type: 'tool_search', execution: 'client', description: null, parameters: null },
  {
    type: 'namespace',
    name: 'f',
    description: null,
    tools: [{ type: 'function', name: '3', description: null, parameters: null, strict: null }],
  },
];

const NAMES = ['f1', 'tool_search', 'f__3'];

type Tell = (writer: FrameWriter) => string;
const say =
  (text: string): Tell =>
  (writer) =>
    writer.text(toWireText(text), 0, 0);
const think =
  (text: string): Tell =>
  (writer) =>
    writer.reasoning(toWireText(text), 0, 0);
const sayScored =
  (text: string, token: string): Tell =>
  (writer) =>
    writer.scoredText!(
      toWireText(text),
      toLogprobs([{ token, logprob: -1, bytes: null, top_logprobs: [] }]),
      0,
      0,
    );
const refuse =
  (text: string): Tell =>
  (writer) =>
    writer.refusal!(toWireText(text), 0, 0);
const call =
  (index: number, piece: string, name?: string): Tell =>
  (writer) =>
    writer.toolCall(
      { index, arguments: piece, ...(name === undefined ? {} : { id: `call_${name}`, name }) },
      0,
      0,
    );
const end: Tell = (writer) => writer.finished(finished());

/** What a reader is told, as the bytes it gets. The beginning goes out before, and is spelled after, the first event. */
function spell(told: readonly Tell[], after?: number, echo: ResponseEcho = ECHO): string[] {
  const writer = new ResponseWriter(HEAD, echo, after);
  const frames = told.map((tell) => tell(writer));
  return [writer.open(), ...frames];
}

const read = (frames: readonly string[]): Promise<ResponseStream> =>
  readResponseStream(
    // eslint-disable-next-line @typescript-eslint/require-await -- a body is asynchronous
    (async function* () {
      for (const frame of frames) yield Buffer.from(frame, 'latin1');
    })(),
  );

const textOf = (frames: readonly string[]) => fromWireBytes(frames.join(''));

const typesOf = ({ events }: ResponseStream) => events.map(({ type }) => type.replace('response.', ''));

const TALK: readonly Tell[] = [
  think('Hm'),
  think('m…'),
  say('Hé"'),
  say('\n👋'),
  call(0, '{"a":', 'one'),
  call(0, '1}'),
  call(1, '{}', 'two'),
  end,
];

describe(ResponseWriter.name, () => {
  it('tells each item from its beginning to its end, numbered from 0', async () => {
    const stream = await read(spell(TALK));
    expect(faultsOfResponseStream(stream)).toEqual([]);
    expect(typesOf(stream).slice(2)).toEqual([
      ...['output_item.added', 'content_part.added', 'reasoning_text.delta', 'reasoning_text.delta'],
      ...['reasoning_text.done', 'content_part.done', 'output_item.done'],
      ...['output_item.added', 'content_part.added', 'output_text.delta', 'output_text.delta'],
      ...['output_text.done', 'content_part.done', 'output_item.done'],
      ...['output_item.added', 'function_call_arguments.delta', 'function_call_arguments.delta'],
      ...['function_call_arguments.done', 'output_item.done'],
      ...['output_item.added', 'function_call_arguments.delta'],
      ...['function_call_arguments.done', 'output_item.done', 'completed'],
    ]);
    expect(joined(stream, 'output_text')).toBe('Hé"\n👋');
    expect(stream.events.at(-1)?.response).toMatchObject({
      status: 'completed',
      output: [
        { id: 'rs_0f_0', content: [{ text: 'Hmm…' }] },
        { id: 'msg_0f_1', content: [{ text: 'Hé"\n👋' }] },
        { id: 'fc_0f_2', call_id: 'call_one', name: 'one', arguments: '{"a":1}' },
        { id: 'fc_0f_3', call_id: 'call_two', name: 'two', arguments: '{}' },
      ],
    });
  });

  it('says what tokens scored with the text they are of, and all of it with the whole', async () => {
    const stream = await read(spell([sayScored('Hé', 'H'), sayScored('!', '!'), end]));
    expect(faultsOfResponseStream(stream)).toEqual([]);
    const scored = (...tokens: string[]) =>
      tokens.map((token) => ({ token, logprob: -1, bytes: null, top_logprobs: [] }));
    const said = stream.events.filter(({ type }) => type.startsWith('response.output_text.'));
    expect(said.map(({ logprobs }) => logprobs)).toEqual([scored('H'), scored('!'), scored('H', '!')]);
    expect(stream.events.at(-1)?.response).toMatchObject({
      output: [{ content: [{ text: 'Hé!', logprobs: scored('H', '!') }] }],
    });
  });

  it.each([
    ['finished', end],
    ['failed', (writer) => writer.failed({ code: 'upstream_incomplete', message: 'no' }, ending())],
    ['was cancelled', (writer) => writer.cancelled('cancelled', ending())],
    ['reached its deadline', (writer) => writer.cancelled('timeout', ending())],
  ])(
    'tells who comes back just what is missing, byte for byte, of a response that %s',
    async (_how, last) => {
      const told = [...TALK.slice(0, -1), last];
      const { raw } = await read(spell(told));
      for (let after = -1; after <= raw.length; after++)
        expect(textOf(spell(told, after))).toBe(raw.slice(after + 1).join(''));
    },
  );

  it('begins a new item where another kind comes between', async () => {
    const stream = await read(spell([say('a'), think('b'), say('c'), end]));
    expect(faultsOfResponseStream(stream)).toEqual([]);
    expect(stream.events.at(-1)?.response?.output.map(({ type }) => type)).toEqual([
      'message',
      'reasoning',
      'message',
    ]);
  });

  it('tells a refusal as such, in a message of its own', async () => {
    const stream = await read(spell([say('Well, '), refuse('I can’t'), refuse(' "do" that.'), end]));
    expect(faultsOfResponseStream(stream)).toEqual([]);
    expect(joined(stream, 'refusal')).toBe('I can’t "do" that.');
    expect(stream.events.at(-1)?.response?.output).toMatchObject([
      { id: 'msg_0f_0', content: [{ type: 'output_text', text: 'Well, ' }] },
      { id: 'msg_0f_1', role: 'assistant', content: [{ type: 'refusal', refusal: 'I can’t "do" that.' }] },
    ]);
  });

  it('keeps calls open that are told by turns, and loses nothing of them', async () => {
    const stream = await read(
      spell([call(0, '{"a":', 'one'), call(1, '{"b":', 'two'), say('so'), call(0, '1}'), call(1, '2}'), end]),
    );
    expect(faultsOfResponseStream(stream)).toEqual([]);
    expect(stream.events.at(-1)?.response?.output).toMatchObject([
      { arguments: '{"a":1}', status: 'completed' },
      { arguments: '{"b":2}', status: 'completed' },
      { type: 'message' },
    ]);
  });

  it('tells no piece of arguments that are empty', async () => {
    const stream = await read(spell([call(0, '', 'one'), call(0, '{}'), end]));
    expect(typesOf(stream).filter((type) => type.endsWith('.delta'))).toHaveLength(1);
  });

  it.each([
    ['length', 'max_output_tokens'],
    ['content_filter', 'content_filter'],
  ] as const)('says of an end by %s that it is incomplete', async (reason, said) => {
    const cut: Tell = (writer) => writer.finished(finished({ finishReasons: [reason] }));
    const stream = await read(spell([think('a'), say('b'), cut]));
    expect(faultsOfResponseStream(stream)).toEqual([]);
    expect(stream.events.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: {
        incomplete_details: { reason: said },
        output: [{ status: 'completed' }, { status: 'incomplete' }],
      },
    });
  });

  it('says of calls that were cut off which are whole', async () => {
    const cut: Tell = (writer) => writer.finished(finished({ finishReasons: ['length'] }));
    const stream = await read(spell([call(0, '{}', 'one'), call(1, '{"a', 'two'), cut]));
    expect(stream.events.at(-1)?.response?.output).toMatchObject([
      { status: 'completed' },
      { status: 'incomplete', arguments: '{"a' },
    ]);
  });

  it('counts tokens in the words of this protocol', async () => {
    const usage = { promptTokens: 3, completionTokens: 5, cachedTokens: 1, reasoningTokens: 2 };
    const stream = await read(spell([say('a'), (writer) => writer.finished(finished({ usage }))]));
    expect(stream.events.at(-1)?.response?.usage).toEqual({
      input_tokens: 3,
      input_tokens_details: { cached_tokens: 1, cache_write_tokens: 0 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 2 },
      total_tokens: 8,
    });
  });

  it('lets a reader that was too slow come back for what it was not told', async () => {
    const { events } = await read(spell([say('a'), (writer) => writer.cancelled('slow_client', ending())]));
    const [last, farewell] = events.slice(-2);
    expect(farewell).toMatchObject({
      type: 'error',
      code: 'slow_client',
      sequence_number: last!.sequence_number,
    });
  });

  it('ends with an error where it was cancelled, and with failure where it ran out of time', async () => {
    const cancelled = await read(spell([say('a'), (writer) => writer.cancelled('cancelled', ending())]));
    expect(cancelled.events.at(-1)).toMatchObject({
      type: 'error',
      code: 'cancelled',
      param: null,
      error: { code: 'cancelled', type: 'cancelled', param: null },
    });
    const late = await read(spell([say('a'), (writer) => writer.cancelled('timeout', ending())]));
    expect(late.events.at(-1)).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'server_error' } },
    });
    expect(late.events.at(-2)).toMatchObject({ type: 'error', error: { code: 'timeout', type: 'timeout' } });
    for (const stream of [cancelled, late]) expect(faultsOfResponseStream(stream)).toEqual([]);
  });

  it.each<[string, object]>([
    ['for any talk', {}],
    [
      'with summaries, and tools of every kind',
      { reasoning: { effort: null, summary: 'auto' }, tools: TOOLS },
    ],
  ])('keeps every rule %s', async (_what, more) => {
    const echo = { ...ECHO, ...more };
    const random = new SeededRandom(11);
    const pieces = ['a', 'é', '"', '\n', '👋'];
    for (let round = 0; round < 200; round++) {
      let calls = 0;
      const told = Array.from({ length: random.below(12) }, (): Tell => {
        const piece = pieces[random.below(pieces.length)]!;
        const kind = random.below(4);
        if (kind === 0) return say(piece);
        if (kind === 3) return refuse(piece);
        return kind === 1
          ? think(piece)
          : call(calls++, JSON.stringify({ piece }), NAMES[calls - 1] ?? `f${calls}`);
      });
      const stream = await read(spell([...told, end], undefined, echo));
      expect(faultsOfResponseStream(stream)).toEqual([]);
      const after = random.below(stream.raw.length);
      expect(textOf(spell([...told, end], after, echo))).toBe(stream.raw.slice(after + 1).join(''));
    }
  });
});
