import { describe, expect, it } from 'vitest';
import type { AnswerRecord } from '../../../contracts/journal.js';
import { toWireText } from '../../../contracts/wire-text.js';
import { ending, finished, options } from './testing/dialect-fixtures.js';
import { readFrames } from './testing/read-frames.js';
import { UiMessageDialect } from './ui-message.dialect.js';

const dialect = new UiMessageDialect();
const writer = (choices = 1, before: readonly AnswerRecord[] = []) =>
  dialect.writer(
    { id: 'chatcmpl-1', created: 5, model: 'phi3', agent: undefined, choices },
    options({ before: () => before }),
  );
const END = [
  { type: 'finish-step' },
  { type: 'finish', finishReason: 'stop', messageMetadata: expect.any(Object) as object },
  '[DONE]',
];

describe(UiMessageDialect.name, () => {
  it('is known by its header', () => {
    expect(dialect.headers).toEqual({ 'x-vercel-ai-ui-message-stream': 'v1' });
  });

  it('opens a message and a step', () => {
    expect(readFrames(writer().open())).toEqual([
      { type: 'start', messageId: 'chatcmpl-1' },
      { type: 'start-step' },
    ]);
  });

  it('begins and ends text and reasoning as parts, one after the other', () => {
    const parts = writer();
    const said =
      parts.reasoning('hm', 0, 0) +
      parts.text('a', 0, 1) +
      parts.text('b', 0, 2) +
      parts.finished(finished());
    expect(readFrames(said)).toEqual([
      { type: 'reasoning-start', id: 'reasoning-1' },
      { type: 'reasoning-delta', id: 'reasoning-1', delta: 'hm' },
      { type: 'reasoning-end', id: 'reasoning-1' },
      { type: 'text-start', id: 'text-2' },
      { type: 'text-delta', id: 'text-2', delta: 'a' },
      { type: 'text-delta', id: 'text-2', delta: 'b' },
      { type: 'text-end', id: 'text-2' },
      ...END,
    ]);
  });

  it('keeps the parts of several answers apart', () => {
    const parts = writer(2);
    const said = parts.text('a', 0, 0) + parts.text('b', 1, 1) + parts.text('c', 0, 2);
    expect(readFrames(said).filter((part) => 'delta' in (part as object))).toEqual([
      { type: 'text-delta', id: 'text-1', delta: 'a' },
      { type: 'text-delta', id: 'text-2', delta: 'b' },
      { type: 'text-delta', id: 'text-1', delta: 'c' },
    ]);
  });

  it.each(['"\\\n\r\t\u0000 é 中 👩‍👩‍👧', '\ud83d', '[DONE]'])('copies %j unharmed', (text) => {
    expect(readFrames(writer().text(toWireText(text), 0, 0))[1]).toMatchObject({ delta: text });
  });

  it('says the input of a tool as it grows, and whole at the end', () => {
    const parts = writer();
    const said =
      parts.text('a', 0, 0) +
      parts.toolCall({ index: 0, id: 'call_1', name: 'look', arguments: '' }, 0, 1) +
      parts.toolCall({ index: 0, arguments: '{"q":' }, 0, 2) +
      parts.toolCall({ index: 0, arguments: '"é"}' }, 0, 3) +
      parts.toolCall({ index: 1, id: 'call_2', name: 'now', arguments: '' }, 0, 4) +
      parts.finished(finished({ finishReasons: ['tool_calls'] }));
    expect(readFrames(said).slice(2)).toMatchObject([
      { type: 'text-end' },
      { type: 'tool-input-start', toolCallId: 'call_1', toolName: 'look' },
      { type: 'tool-input-delta', toolCallId: 'call_1', inputTextDelta: '{"q":' },
      { type: 'tool-input-delta', toolCallId: 'call_1', inputTextDelta: '"é"}' },
      { type: 'tool-input-start', toolCallId: 'call_2', toolName: 'now' },
      { type: 'tool-input-available', toolCallId: 'call_1', toolName: 'look', input: { q: 'é' } },
      { type: 'tool-input-available', toolCallId: 'call_2', toolName: 'now', input: {} },
      { type: 'finish-step' },
      { type: 'finish', finishReason: 'tool-calls' },
      '[DONE]',
    ]);
  });

  it('knows the calls that began before a reader who begins in the middle', () => {
    const toolCalls = [
      { id: 'call_1', name: 'look', arguments: '{"q":' },
      { id: '', name: 'now', arguments: '' },
    ];
    const parts = writer(2, [{ text: '' }, { text: 'a', toolCalls }]);
    const said = parts.toolCall({ index: 0, arguments: '1}' }, 1, 7) + parts.finished(finished());
    expect(readFrames(said).slice(0, 4)).toEqual([
      { type: 'tool-input-start', toolCallId: 'call_1', toolName: 'look' },
      { type: 'tool-input-delta', toolCallId: 'call_1', inputTextDelta: '1}' },
      { type: 'tool-input-available', toolCallId: 'call_1', toolName: 'look', input: { q: 1 } },
      { type: 'tool-input-available', toolCallId: 'call-1-1', toolName: 'now', input: {} },
    ]);
  });

  it('says of arguments that are no JSON that they are none', () => {
    const parts = writer();
    parts.toolCall({ index: 0, id: 'call_1', name: 'look', arguments: '{"q"' }, 0, 0);
    expect(readFrames(parts.finished(finished()))[0]).toMatchObject({
      type: 'tool-input-error',
      toolCallId: 'call_1',
      input: '{"q"',
    });
  });

  it('says the counts with the end', () => {
    const [, finish] = readFrames(writer().finished(finished({ usage: { promptTokens: 1 } })));
    expect(finish).toMatchObject({
      messageMetadata: { generation_id: 'chatcmpl-1', model: 'phi3', usage: { prompt_tokens: 1 } },
    });
  });

  it('ends a failure and a cancellation without a clean end', () => {
    const parts = writer();
    parts.text('a', 0, 0);
    const failure = { code: 'upstream_incomplete', message: 'broke off', detail: 'no' } as const;
    expect(readFrames(parts.failed(failure, ending()))).toEqual([{ type: 'error', errorText: 'broke off' }]);
    expect(readFrames(writer().cancelled('cancelled', ending()))).toEqual([
      { type: 'abort', reason: 'cancelled' },
    ]);
    expect(readFrames(writer().cancelled('timeout', ending()))).toEqual([
      { type: 'error', errorText: 'The generation reached its deadline.' },
    ]);
  });
});
