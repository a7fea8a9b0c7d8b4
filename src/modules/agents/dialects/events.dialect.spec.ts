import { describe, expect, it } from 'vitest';
import type { DialectOptions, StreamHead } from '../../../contracts/stream-dialect.js';
import { toWireText } from '../../../contracts/wire-text.js';
import { EventsDialect } from './events.dialect.js';
import { ending, finished, options } from './testing/dialect-fixtures.js';
import { readEvents } from './testing/read-events.js';

const ID = { generation_id: 'chatcmpl-1' };
const writer = (changed: Partial<DialectOptions> = {}, head: Partial<StreamHead> = {}) =>
  new EventsDialect().writer(
    { id: 'chatcmpl-1', created: 5, model: 'phi3', agent: 'travel', choices: 1, ...head },
    options(changed),
  );

describe(EventsDialect.name, () => {
  it('opens with what it is connected to, before the model says anything', () => {
    expect(readEvents(writer().open())).toEqual([
      { event: 'connected', data: { ...ID, agent: 'travel', model: 'phi3' } },
      { event: 'status', data: { ...ID, status: 'running' } },
    ]);
    expect(readEvents(writer({}, { agent: undefined }).open())[0]).toMatchObject({ data: { agent: null } });
    expect(new EventsDialect().opensAfterMs).toBe(250);
  });

  it.each(['Hello', '"\\\n\r\t\u0000 é 中 👩‍👩‍👧', '\ud83d', 'data: x'])('copies %j unharmed', (text) => {
    expect(readEvents(writer().text(toWireText(text), 0, 7))).toEqual([
      { event: 'chunk', data: { ...ID, seq: 7, text } },
    ]);
  });

  it('says each piece by itself only when asked', () => {
    expect(writer().piece).toBeUndefined();
    expect(readEvents(writer({ tokenEvents: true }).piece!('a', 0, 3))).toEqual([
      { event: 'token', data: { ...ID, seq: 3, text: 'a' } },
    ]);
  });

  it('says progress whenever it is a percent more, of a length that is known', () => {
    const events = writer({}, { maxTokens: 300 });
    const said = [0, 1, 2, 3, 4, 5].flatMap((seq) => readEvents(events.text('a', 0, seq)));
    expect(said.filter(({ event }) => event === 'progress').map(({ data }) => data)).toEqual([
      { ...ID, percent: 1 },
      { ...ID, percent: 2 },
    ]);
    expect(readEvents(events.text('a', 0, 999))).toMatchObject([
      { event: 'progress', data: { percent: 100 } },
      { event: 'chunk' },
    ]);
    expect(readEvents(events.text('a', 0, 1000))).toHaveLength(1);
    expect(readEvents(writer().text('a', 0, 5000))).toHaveLength(1);
  });

  it('gives reasoning and tool calls events of their own', () => {
    const call = { index: 0, id: 'call_1', name: 'look', arguments: '{"é"' };
    expect(readEvents(writer().reasoning('hm', 0, 1) + writer().toolCall(call, 0, 2))).toEqual([
      { event: 'reasoning', data: { ...ID, seq: 1, text: 'hm' } },
      { event: 'tool_call', data: { ...ID, seq: 2, ...call } },
    ]);
  });

  it('completes with the whole answer, and closes', () => {
    const end = finished({ usage: { promptTokens: 1, completionTokens: 2 }, durationMs: 12.6 }, [
      { text: 'Hello' },
    ]);
    expect(readEvents(writer().finished(end))).toEqual([
      {
        event: 'complete',
        data: {
          ...ID,
          text: 'Hello',
          finish_reason: 'stop',
          usage: expect.objectContaining({
            prompt_tokens: 1,
            completion_tokens: 2,
            total_tokens: 3,
          }) as object,
          durationMs: 13,
        },
      },
      { event: 'close', data: { ...ID, reason: 'complete' } },
    ]);
  });

  it('tells several answers apart', () => {
    expect(readEvents(writer({}, { choices: 2 }).text('a', 1, 3))).toEqual([
      { event: 'chunk', data: { ...ID, seq: 3, index: 1, text: 'a' } },
    ]);
  });

  it('closes also after an error and after a cancellation, which is none', () => {
    const failure = { code: 'upstream_incomplete', message: 'broke "off" é', detail: 'no' } as const;
    expect(readEvents(writer().failed(failure, ending()))).toEqual([
      { event: 'error', data: { ...ID, error: { message: 'broke "off" é', code: 'upstream_incomplete' } } },
      { event: 'close', data: { ...ID, reason: 'error' } },
    ]);
    expect(readEvents(writer().cancelled('cancelled', ending()))).toEqual([
      { event: 'status', data: { ...ID, status: 'cancelled' } },
      { event: 'close', data: { ...ID, reason: 'cancelled' } },
    ]);
    expect(readEvents(writer().cancelled('timeout', ending()))).toMatchObject([
      { event: 'error', data: { error: { code: 'timeout' } } },
      { event: 'close', data: { reason: 'timeout' } },
    ]);
  });
});
