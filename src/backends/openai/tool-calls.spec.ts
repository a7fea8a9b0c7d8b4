import { describe, expect, it } from 'vitest';
import { delta, DONE, readAnswer } from './testing/read-answer.js';
import { ToolCallPieces } from './tool-calls.js';

/** Calls as the sink heard them, with ids that were made up shown as `minted`. */
const callsOf = (...events: string[]) =>
  readAnswer([...events, delta({}, 'tool_calls'), DONE]).toolCalls.map(
    ({ index, id, name, arguments: text }) =>
      [index, /^call_[A-Za-z0-9]{24}$/.test(id ?? '') ? 'minted' : id, name, text].filter(
        (part) => part !== undefined,
      ),
  );

const calls = (...toolCalls: object[]) => delta({ tool_calls: toolCalls });

describe(ToolCallPieces.name, () => {
  it('come in pieces, the first with id and name', () => {
    expect(
      callsOf(
        calls({ index: 0, id: 'c1', type: 'function', function: { name: 'f', arguments: '' } }),
        calls({ index: 0, function: { arguments: '{"a"' } }),
        calls({ index: 0, function: { arguments: ':"ä"}' } }),
        calls({ index: 1, id: 'c2', type: 'function', function: { name: 'g', arguments: '{}' } }),
      ),
    ).toEqual([
      [0, 'c1', 'f', ''],
      [0, '{"a"'],
      [0, ':"ä"}'],
      [1, 'c2', 'g', '{}'],
    ]);
  });

  it('come interleaved', () => {
    const first = [
      { index: 0, id: 'c1', function: { name: 'f' } },
      { index: 1, id: 'c2', function: { name: 'g' } },
    ];
    const pieces = [
      calls({ index: 1, function: { arguments: '2' } }),
      calls({ index: 0, function: { arguments: '1' } }),
    ];
    expect(callsOf(calls(...first), ...pieces)).toEqual([
      [0, 'c1', 'f', ''],
      [1, 'c2', 'g', ''],
      [1, '2'],
      [0, '1'],
    ]);
  });

  it('may come without an index, whole or in pieces', () => {
    expect(
      callsOf(
        calls({ id: 'c1', function: { name: 'f', arguments: '{}' } }),
        calls({ id: 'c2', function: { name: 'g', arguments: '{"a":' } }),
        calls({ function: { arguments: '1' } }),
        calls({ id: 'c2', function: { arguments: '}' } }),
      ),
    ).toEqual([
      [0, 'c1', 'f', '{}'],
      [1, 'c2', 'g', '{"a":'],
      [1, '1'],
      [1, '}'],
    ]);
  });

  it('may all come with index 0', () => {
    expect(
      callsOf(
        calls({ index: 0, id: 'c1', function: { name: 'f', arguments: '{}' } }),
        calls({ index: 0, id: 'c2', function: { name: 'f', arguments: '{' } }),
        calls({ index: 0, function: { arguments: '}' } }),
      ),
    ).toEqual([
      [0, 'c1', 'f', '{}'],
      [1, 'c2', 'f', '{'],
      [1, '}'],
    ]);
  });

  it('may come with no list around them', () => {
    const bare = (call: object) => delta({ tool_calls: call });
    const named = { index: 0, id: '', type: 'function', function: { name: 'f', arguments: '{"a":' } };
    expect(callsOf(bare(named), bare({ index: 0, function: { name: null, arguments: '1}' } }))).toEqual([
      [0, 'minted', 'f', '{"a":'],
      [0, '1}'],
    ]);
  });

  it('may begin at another index than 0', () => {
    const pieces = [
      calls({ index: 1, id: 'c', function: { name: 'f' } }),
      calls({ index: 1, function: { arguments: '{}' } }),
    ];
    expect(callsOf(...pieces)).toEqual([
      [0, 'c', 'f', ''],
      [0, '{}'],
    ]);
  });

  it('keep their first id when later pieces bring others, and get one when there is none', () => {
    expect(
      callsOf(
        calls({ index: 0, id: 'c1', function: { name: 'f', arguments: '{' } }),
        calls({ index: 0, id: 'c9', function: { name: null, arguments: '}' } }),
        calls({ index: 1, id: '', function: { name: 'g', arguments: '{' } }),
        calls({ index: 1, id: '', function: { name: '', arguments: '}' } }),
      ),
    ).toEqual([
      [0, 'c1', 'f', '{'],
      [0, '}'],
      [1, 'minted', 'g', '{'],
      [1, '}'],
    ]);
  });

  it('are not begun anew by a name that is repeated with the id', () => {
    const piece = (text: string) => calls({ index: 0, id: 'c', function: { name: 'f', arguments: text } });
    expect(callsOf(piece('{'), piece('}'))).toEqual([
      [0, 'c', 'f', '{'],
      [0, '}'],
    ]);
  });

  it('are not begun anew by a name that is repeated, as long as their arguments are not whole', () => {
    const named = (text: string, more: object = {}) =>
      calls({ index: 0, function: { name: 'f', arguments: text }, ...more });
    // vLLM up to 0.8 with a forced function: a fresh id in each piece.
    expect(
      callsOf(named('{"a":"', { id: 'c1' }), named('}\\"', { id: 'c2' }), named('"}', { id: 'c3' })),
    ).toEqual([
      [0, 'c1', 'f', '{"a":"'],
      [0, '}\\"'],
      [0, '"}'],
    ]);
    // llama.cpp in May 2025: no id, and nothing of the arguments in the first piece.
    expect(callsOf(named(''), named('{'), named('}'), named('{}'))).toEqual([
      [0, 'minted', 'f', ''],
      [0, '{'],
      [0, '}'],
      [1, 'minted', 'f', '{}'],
    ]);
  });

  it('of one function without arguments are told apart by their ids', () => {
    const pieces = ['c1', 'c2'].map((id) => calls({ index: 0, id, function: { name: 'f', arguments: '' } }));
    expect(callsOf(...pieces)).toEqual([
      [0, 'c1', 'f', ''],
      [1, 'c2', 'f', ''],
      [0, '{}'],
      [1, '{}'],
    ]);
  });

  it('are not one because they have one id', () => {
    const called = (name: string, text: string, index?: number) =>
      calls({ index, id: 'c', function: { name, arguments: text } });
    for (const index of [0, undefined])
      expect(callsOf(called('f', '{}', index), called('g', '{', index), called('g', '}', index))).toEqual([
        [0, 'c', 'f', '{}'],
        [1, 'minted', 'g', '{'],
        [1, '}'],
      ]);
    expect(callsOf(called('f', '{}', 0), called('f', '{"a":1}', 1))).toEqual([
      [0, 'c', 'f', '{}'],
      [1, 'minted', 'f', '{"a":1}'],
    ]);
  });

  it('end with a piece that repeats all but the arguments', () => {
    const piece = (text: string) => calls({ index: 0, id: 'c', function: { name: 'f', arguments: text } });
    expect(callsOf(piece('{}'), piece(''))).toEqual([[0, 'c', 'f', '{}']]);
  });

  it('may have their arguments as an object, or none', () => {
    const pieces = [
      calls({ index: 0, id: 'c1', function: { name: 'f', arguments: { a: ['ä'] } } }),
      calls({ index: 1, id: 'c2', function: { name: 'g' } }),
    ];
    expect(callsOf(...pieces)).toEqual([
      [0, 'c1', 'f', '{"a":["ä"]}'],
      [1, 'c2', 'g', ''],
      [1, '{}'],
    ]);
  });

  it('have no arguments added when they were cut', () => {
    const call = calls({ index: 0, id: 'c', function: { name: 'f', arguments: '' } });
    expect(readAnswer([call, delta({}, 'length'), DONE]).toolCalls).toEqual([
      { index: 0, id: 'c', name: 'f', arguments: '' },
    ]);
  });

  it('without a name are a broken protocol when they say something, and nothing otherwise', () => {
    expect(callsOf(calls({ index: 0, id: 'c', function: { arguments: '' } }))).toEqual([]);
    expect(readAnswer([calls({ index: 0, id: 'c', function: { arguments: '{' } })]).failure?.code).toBe(
      'upstream_protocol_error',
    );
  });

  it('keep with their first piece what the server wants back with them, and nothing else', () => {
    const google = { google: { thought_signature: 'c2ln' } };
    const called = (extra_content: unknown) =>
      readAnswer([
        calls({ index: 0, id: 'c1', extra_content, function: { name: 'f', arguments: '{}' } }),
        delta({}, 'tool_calls'),
        DONE,
      ]).toolCalls;
    expect(called(google)).toEqual([{ index: 0, id: 'c1', name: 'f', arguments: '{}', extra: google }]);
    for (const nothing of [undefined, null, 'text', 7, ['list']])
      expect(called(nothing)).toEqual([{ index: 0, id: 'c1', name: 'f', arguments: '{}' }]);
  });
});
