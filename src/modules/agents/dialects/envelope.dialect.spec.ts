import { describe, expect, it } from 'vitest';
import { LINE_FRAMING, type DialectOptions } from '../../../contracts/stream-dialect.js';
import { toWireText } from '../../../contracts/wire-text.js';
import { EnvelopeDialect } from './envelope.dialect.js';
import { ending, finished, options } from './testing/dialect-fixtures.js';
import { readEvents } from './testing/read-events.js';

const writer = (changed: Partial<DialectOptions> = {}, choices = 1) =>
  new EnvelopeDialect().writer(
    { id: 'chatcmpl-1', created: 5, model: 'phi3', agent: undefined, choices },
    options(changed),
  );
const enveloped = (sequence: number, data: object) => ({
  id: String(sequence),
  event: 'chat_completion',
  data: {
    message_type: 'chat_completion',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
    data: { generation_id: 'chatcmpl-1', ...data },
    sequence_id: sequence,
  },
});

describe(EnvelopeDialect.name, () => {
  it('says nothing before the answer', () => expect(writer().open()).toBe(''));

  it('puts pieces into envelopes that are numbered, also as events', () => {
    const messages = writer();
    const call = { index: 0, id: 'call_1', name: 'look', arguments: '{"é"' };
    const said = messages.reasoning('hm', 0, 0) + messages.text('a', 0, 1) + messages.toolCall(call, 0, 2);
    expect(readEvents(said)).toEqual([
      enveloped(1, { type: 'reasoning', seq: 0, text: 'hm' }),
      enveloped(2, { type: 'chunk', seq: 1, text: 'a' }),
      enveloped(3, { type: 'tool_call', seq: 2, ...call }),
    ]);
  });

  it('takes its numbers from the connection', () => {
    expect(readEvents(writer({ nextSequence: () => 41 }).text('a', 0, 0))).toMatchObject([{ id: '41' }]);
  });

  it.each(['Hello', '"\\\n\r\t\u0000 é 中 👩‍👩‍👧', '\ud83d', 'data: x'])('copies %j unharmed', (text) => {
    expect(readEvents(writer().text(toWireText(text), 0, 0))).toEqual([
      enveloped(1, { type: 'chunk', seq: 0, text }),
    ]);
    expect(readEvents(writer({}, 2).text(toWireText(text), 1, 0))).toEqual([
      enveloped(1, { type: 'chunk', seq: 0, index: 1, text }),
    ]);
  });

  it('completes with the whole answer', () => {
    const end = finished({ seq: 4, usage: { promptTokens: 1, completionTokens: 2 } }, [{ text: 'Hello' }]);
    const usage = expect.objectContaining({ total_tokens: 3 }) as object;
    expect(readEvents(writer().finished(end))).toEqual([
      enveloped(1, { type: 'complete', seq: 4, text: 'Hello', finish_reason: 'stop', usage }),
    ]);
  });

  it('says why there is no whole answer', () => {
    const failure = { code: 'upstream_incomplete', message: 'broke "off" é', detail: 'no' } as const;
    const { code, message } = failure;
    expect(readEvents(writer().failed(failure, ending({ seq: 2 })))).toEqual([
      enveloped(1, { type: 'error', seq: 2, error: { message, type: 'upstream_error', param: null, code } }),
    ]);
    expect(readEvents(writer().cancelled('timeout', ending({ seq: 2 })))).toEqual([
      enveloped(1, { type: 'cancelled', seq: 2, reason: 'timeout', usage: expect.any(Object) as object }),
    ]);
  });

  it('is one JSON text a line where the transport knows messages', () => {
    const messages = writer({ framing: LINE_FRAMING });
    const lines = (messages.text('a', 0, 0) + messages.cancelled('cancelled', ending())).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { message_type: 'chat_completion', sequence_id: 1 },
      { message_type: 'chat_completion', sequence_id: 2 },
    ]);
  });
});
