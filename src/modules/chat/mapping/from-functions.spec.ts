import { describe, expect, it } from 'vitest';
import type { CreateChatCompletionDto } from '../dto/create-chat-completion.dto.js';
import { asksForFunctions, fromFunctions } from './from-functions.js';

const FUNCTIONS = [{ name: 'switch', parameters: { type: 'object' } }];
const bodyOf = (fields: object) =>
  ({ messages: [{ role: 'user', content: 'Light!' }], ...fields }) as unknown as CreateChatCompletionDto;

describe(fromFunctions.name, () => {
  it('leaves a body as it is that knows tools', () => {
    for (const fields of [{}, { tools: [] }, { tools: [], functions: FUNCTIONS }]) {
      const body = bodyOf(fields);
      expect(fromFunctions(body)).toBe(body);
      expect(asksForFunctions(body)).toBe(false);
    }
  });

  it.each([
    [undefined, undefined],
    [null, null],
    ['none', 'none'],
    [{ name: 'switch' }, { type: 'function', function: { name: 'switch' } }],
  ])('makes tools of functions, one call at a time, with the choice %j', (choice, expected) => {
    const body = fromFunctions(bodyOf({ functions: FUNCTIONS, function_call: choice }));
    expect(body.tools).toEqual([{ type: 'function', function: FUNCTIONS[0] }]);
    expect(body.tool_choice).toEqual(expected);
    expect(body.parallel_tool_calls).toBe(false);
  });

  it('gives an answer to the last call of its name', () => {
    const call = (name: string) => ({
      role: 'assistant',
      content: null,
      function_call: { name, arguments: '{}' },
    });
    const answer = (name: string) => ({ role: 'function', name, content: 'done' });
    const messages = [call('a'), answer('a'), call('b'), call('a'), answer('b'), answer('a'), answer('c')];
    const told = fromFunctions(bodyOf({ messages })).messages;
    expect(told.map(({ tool_calls, tool_call_id }) => tool_calls?.[0]?.id ?? tool_call_id)).toEqual([
      ...['call_function_0', 'call_function_0', 'call_function_2', 'call_function_3'],
      ...['call_function_2', 'call_function_3', undefined],
    ]);
    expect(told[0]!.tool_calls).toEqual([
      { id: 'call_function_0', type: 'function', function: { name: 'a', arguments: '{}' } },
    ]);
  });
});
