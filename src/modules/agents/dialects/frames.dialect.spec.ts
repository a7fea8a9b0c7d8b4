import { describe, expect, it } from 'vitest';
import { LINE_FRAMING, type DialectOptions } from '../../../contracts/stream-dialect.js';
import { toWireText } from '../../../contracts/wire-text.js';
import { FramesDialect } from './frames.dialect.js';
import { ending, finished, options } from './testing/dialect-fixtures.js';
import { readFrames } from './testing/read-frames.js';

const ID = { generation_id: 'chatcmpl-1' };
const USAGE = { usage: { promptTokens: 9, completionTokens: 3, reasoningTokens: 2 } };
const COUNTS = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };

const writer = (changed: Partial<DialectOptions> = {}, choices = 1) =>
  new FramesDialect().writer(
    { id: 'chatcmpl-1', created: 5, model: 'phi4', agent: 'qa_engineer', choices },
    options(changed),
  );

describe(FramesDialect.name, () => {
  it('says each token with the text so far, and the id with the first of them', () => {
    const frames = writer();
    const said = frames.open() + frames.text('Hel', 0, 0) + frames.text('lo', 0, 1);
    expect(readFrames(said)).toEqual([
      { token: 'Hel', text: 'Hel', ...ID },
      { token: 'lo', text: 'Hello' },
    ]);
  });

  it('says the id with each token where streams are shared', () => {
    const frames = writer({ isShared: true });
    frames.text('Hel', 0, 0);
    expect(readFrames(frames.text('lo', 0, 1))).toEqual([{ token: 'lo', text: 'Hello', ...ID }]);
  });

  it('says the text so far also when it is long', () => {
    const frames = writer();
    let last = '';
    for (let i = 0; i < 100; i++) last = frames.text(toWireText(`é${i} `), 0, i);
    expect(readFrames(last)).toEqual([
      { token: 'é99 ', text: Array.from({ length: 100 }, (_, i) => `é${i} `).join('') },
    ]);
  });

  it('repeats only the token where the text so far is not wanted', () => {
    const frames = writer({ frameText: 'delta' });
    frames.text('Hel', 0, 0);
    expect(readFrames(frames.text('lo', 0, 1))).toEqual([{ token: 'lo', text: 'lo' }]);
  });

  it('knows the text before a reader that begins in the middle', () => {
    const frames = writer({ before: () => [{ text: 'Hel' }, { text: 'Hi' }] }, 2);
    expect(readFrames(frames.text('lo', 0, 1) + frames.text('!', 1, 2))).toEqual([
      { token: 'lo', text: 'Hello', index: 0, ...ID },
      { token: '!', text: 'Hi!', index: 1 },
    ]);
  });

  it.each(['"\\\n\r\t\u0000 é 中 👩‍👩‍👧', '\ud83d', '\u2028</script>', 'data: x'])(
    'copies %j unharmed',
    (text) => {
      expect(readFrames(writer().text(toWireText(text), 0, 0))).toEqual([{ token: text, text, ...ID }]);
    },
  );

  it('gives reasoning and tool calls frames of their own', () => {
    const frames = writer();
    const call = { index: 0, id: 'call_1', name: 'look', arguments: '{"é"' };
    expect(readFrames(frames.reasoning('hm', 0, 0) + frames.toolCall(call, 0, 1))).toEqual([
      { reasoning: 'hm', ...ID },
      { tool_call: call },
    ]);
  });

  it('ends with the whole text, three counts and the id', () => {
    const [answer] = [{ text: toWireText('Héllo'), reasoning: 'hm' }];
    expect(readFrames(writer().finished(finished(USAGE, [answer])))).toEqual([
      { final: true, text: 'Héllo', finish_reason: 'stop', usage: COUNTS, ...ID },
    ]);
  });

  it('counts what is not known as zero', () => {
    expect(readFrames(writer().finished(finished({}, [{ text: '' }])))).toMatchObject([
      { text: '', usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } },
    ]);
  });

  it('says the tools that were called at the end as well', () => {
    const toolCalls = [{ id: 'call_1', name: 'look', arguments: '{}' }];
    const end = finished({ finishReasons: ['tool_calls'] }, [{ text: '', toolCalls }]);
    expect(readFrames(writer().finished(end))).toMatchObject([
      { final: true, text: '', tool_calls: toolCalls, finish_reason: 'tool_calls' },
    ]);
  });

  it('tells several answers apart, and has one end for all', () => {
    const frames = writer({}, 2);
    const said = frames.text('a', 0, 0) + frames.text('b', 1, 1) + frames.text('c', 1, 2);
    expect(readFrames(said)).toEqual([
      { token: 'a', text: 'a', index: 0, ...ID },
      { token: 'b', text: 'b', index: 1 },
      { token: 'c', text: 'bc', index: 1 },
    ]);
    const end = finished({ finishReasons: ['stop', 'length'] }, [{ text: 'a' }, { text: 'bc' }]);
    expect(readFrames(frames.finished(end))).toMatchObject([
      {
        text: 'a',
        choices: [
          { index: 0, text: 'a', finish_reason: 'stop' },
          { index: 1, text: 'bc', finish_reason: 'length' },
        ],
      },
    ]);
  });

  it('says a cancellation, and what went wrong, with the id', () => {
    expect(readFrames(writer().cancelled('cancelled', ending()))).toEqual([{ cancelled: true, ...ID }]);
    expect(readFrames(writer().cancelled('timeout', ending()))).toEqual([
      { error: 'The generation reached its deadline.', code: 'timeout', ...ID },
    ]);
    const failure = { code: 'upstream_incomplete', message: 'broke "off" é', detail: 'no' } as const;
    expect(readFrames(writer().failed(failure, ending()))).toEqual([
      { error: 'broke "off" é', code: 'upstream_incomplete', ...ID },
    ]);
  });

  it('is one JSON text a line where the transport knows messages', () => {
    const frames = writer({ framing: LINE_FRAMING });
    const lines = frames.open() + frames.text('a', 0, 0) + frames.cancelled('cancelled', ending());
    expect(lines.split('\n')).toEqual([
      '{"token":"a","text":"a","generation_id":"chatcmpl-1"}',
      '{"cancelled":true,"generation_id":"chatcmpl-1"}',
      '',
    ]);
  });
});
