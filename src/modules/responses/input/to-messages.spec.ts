import { describe, expect, it } from 'vitest';
import type { InputItem } from './input-item.js';
import { toMessages } from './to-messages.js';

const KEPT = { id: 'i', status: 'completed' };
const thought = (...texts: string[]): InputItem => ({
  ...KEPT,
  type: 'reasoning',
  summary: [{ type: 'summary_text', text: 'In short' }],
  content: texts.map((text) => ({ type: 'reasoning_text', text })),
});
const said = (role: 'user' | 'assistant', text: string): InputItem => ({
  ...KEPT,
  type: 'message',
  role,
  content: [{ type: 'input_text', text }],
});
const call = (call_id: string): InputItem => ({
  ...KEPT,
  type: 'function_call',
  call_id,
  name: 'f',
  arguments: '{}',
});
const output = (call_id: string): InputItem => ({
  ...KEPT,
  type: 'function_call_output',
  call_id,
  output: 'done',
});
const calls = (...ids: string[]) =>
  ids.map((id) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } }));

describe(toMessages.name, () => {
  it('joins thoughts with what they led to: words, calls, or both', () => {
    expect(
      toMessages(undefined, [
        said('user', 'Go'),
        thought('First ', 'this.'),
        said('assistant', 'I look.'),
        call('c1'),
        call('c2'),
        output('c1'),
        output('c2'),
        thought('Then that.'),
        call('c3'),
        output('c3'),
        thought('Enough.'),
        said('assistant', 'Done.'),
      ]),
    ).toEqual([
      { role: 'user', content: 'Go' },
      {
        role: 'assistant',
        content: 'I look.',
        reasoning_content: 'First this.',
        tool_calls: calls('c1', 'c2'),
      },
      { role: 'tool', content: 'done', tool_call_id: 'c1' },
      { role: 'tool', content: 'done', tool_call_id: 'c2' },
      { role: 'assistant', content: null, reasoning_content: 'Then that.', tool_calls: calls('c3') },
      { role: 'tool', content: 'done', tool_call_id: 'c3' },
      { role: 'assistant', content: 'Done.', reasoning_content: 'Enough.' },
    ]);
  });

  it('keeps what was thought between words and calls of one message', () => {
    expect(toMessages(undefined, [thought('a'), said('assistant', 'x'), thought('b'), call('c1')])).toEqual([
      { role: 'assistant', content: 'x', reasoning_content: 'ab', tool_calls: calls('c1') },
    ]);
  });

  it('takes the summary where there is nothing else', () => {
    const summed: InputItem = { ...KEPT, type: 'reasoning', summary: [{ text: 'In short' }] };
    expect(toMessages(undefined, [summed, said('assistant', 'Ho')])).toEqual([
      { role: 'assistant', content: 'Ho', reasoning_content: 'In short' },
    ]);
  });

  it('leaves out thoughts that led to nothing, are sealed, or are none', () => {
    const sealed: InputItem = { ...KEPT, type: 'reasoning', summary: [] };
    const odd: InputItem = { ...sealed, content: [null, 7, { text: 8 }] };
    expect(
      toMessages('Be brief', [thought('lost'), said('user', 'Hi'), sealed, odd, said('assistant', 'Ho')]),
    ).toEqual([
      { role: 'system', content: 'Be brief' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Ho' },
    ]);
  });
});
