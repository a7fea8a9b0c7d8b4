import { describe, expect, it } from 'vitest';
import { toWireText } from '../../../contracts/wire-text.js';
import { fromWireBytes } from '../../../contracts/wire-text.js';
import { eventWriter } from './event-writer.js';

const HEAD = { id: 'chatcmpl-1', created: 5, model: 'phi3', agent: undefined, choices: 1 };
const ending = (seq: number, text = '') => ({
  seq,
  usage: { promptTokens: 1, completionTokens: 2 },
  durationMs: 3,
  answers: () => [{ text: toWireText(text) }],
});

/** Packets as the protocol has them: `2` and a JSON array of the name and the payload. */
const read = (packets: string) =>
  packets
    .split('\n')
    .slice(0, -1)
    .map((packet) => {
      expect(packet.startsWith('2[')).toBe(true);
      return JSON.parse(fromWireBytes(packet.slice(1))) as [string, Record<string, unknown>];
    });

describe(eventWriter.name, () => {
  it('opens with the status, numbered before the first entry it will say', () => {
    expect(read(eventWriter(HEAD, 3).open())).toEqual([
      ['status', { generation_id: 'chatcmpl-1', seq: 2, status: 'running' }],
    ]);
  });

  it.each(['"\\\n\r\t\u0000 é 中 👩‍👩‍👧', '\ud83d', '\u2028</script>'])('copies %j unharmed', (text) => {
    expect(read(eventWriter(HEAD).text(toWireText(text), 0, 7))).toEqual([
      ['chunk', { generation_id: 'chatcmpl-1', seq: 7, text, index: 0 }],
    ]);
  });

  it('says how far it is when that is known, each percent once', () => {
    const writer = eventWriter({ ...HEAD, maxTokens: 200 });
    const said = [0, 1, 2, 3].map((seq) => read(writer.text('a', 0, seq))[1]?.[1].percent);
    expect(said).toEqual([0, 1, undefined, 2]);
  });

  it('says reasoning, tool calls, and whose they are where there are several answers', () => {
    const writer = eventWriter({ ...HEAD, choices: 2 });
    const call = { index: 0, id: 'call_1', name: 'look', arguments: '{"é"' };
    expect(read(writer.reasoning('hm', 1, 0) + writer.toolCall(call, 1, 1))).toEqual([
      ['reasoning', { generation_id: 'chatcmpl-1', seq: 0, text: 'hm', choice: 1 }],
      ['tool_call', { generation_id: 'chatcmpl-1', seq: 1, ...call, choice: 1 }],
    ]);
  });

  it('ends in one of three ways, and closes', () => {
    const writer = eventWriter(HEAD);
    const id = { generation_id: 'chatcmpl-1', seq: 2 };
    const usage = expect.objectContaining({ total_tokens: 3 }) as object;
    expect(read(writer.finished({ ...ending(2, 'Hé'), finishReasons: ['stop'] }))).toEqual([
      ['complete', { ...id, text: 'Hé', finish_reason: 'stop', usage }],
      ['close', id],
    ]);
    expect(read(writer.cancelled('timeout', ending(2)))).toEqual([
      ['cancelled', { ...id, reason: 'timeout', usage }],
      ['close', id],
    ]);
    expect(read(writer.failed({ code: 'upstream_incomplete', message: 'é' }, ending(2)))).toEqual([
      [
        'error',
        { ...id, error: { message: 'é', type: 'upstream_error', param: null, code: 'upstream_incomplete' } },
      ],
      ['close', id],
    ]);
  });
});
