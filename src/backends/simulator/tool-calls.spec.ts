import { describe, expect, it } from 'vitest';
import type { ToolCallDelta } from '../../contracts/model-backend.js';
import { runSimulator } from './testing/run-simulator.js';
import { user } from './testing/to-request.js';

const WEATHER = {
  name: 'get_weather',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string', minLength: 40 }, unit: { enum: ['celsius', 'kelvin'] } },
    required: ['city'],
  },
};
const CLOCK = { name: 'get_time' };
const tools = [WEATHER, CLOCK];

function toCalls(deltas: readonly ToolCallDelta[]) {
  const calls = new Map<number, { id?: string; name?: string; arguments: string; pieces: number }>();
  for (const { index, id, name, arguments: piece } of deltas) {
    const call = calls.get(index);
    if (call === undefined) calls.set(index, { id, name, arguments: piece, pieces: 1 });
    else {
      expect([id, name]).toEqual([undefined, undefined]);
      call.arguments += piece;
      call.pieces += 1;
    }
  }
  return [...calls.values()];
}

describe('simulated tool calls', () => {
  it('come as many as asked, the tools taking turns, each in several pieces', () => {
    const sink = runSimulator('sim/words?tools=3', { tools });
    const calls = toCalls(sink.toolCalls);
    expect(calls.map(({ name }) => name)).toEqual(['get_weather', 'get_time', 'get_weather']);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(3);
    expect(calls[0]?.id).toMatch(/^call_[0-9a-f]{24}$/);
    expect(calls[0]?.pieces).toBeGreaterThan(3);
    expect(sink.reason).toBe('tool_calls');
    expect(sink.texts).toEqual([]);
  });

  it('have arguments in the shape of their schema', () => {
    const [weather, time] = toCalls(runSimulator('sim/words?tools=2', { tools }).toolCalls);
    expect(JSON.parse(weather?.arguments ?? '')).toEqual({
      city: expect.stringMatching(/.{40}/),
      unit: expect.stringMatching(/^celsius$|^kelvin$/),
    });
    expect(JSON.parse(time?.arguments ?? '')).toEqual({});
  });

  it('follow the text when there is to be one', () => {
    const sink = runSimulator('sim/words?tools=1&tokens=3&thinking=1', { tools });
    expect([sink.thoughts.length, sink.texts.length]).toEqual([1, 3]);
    expect(sink.lines.at(-2)).toMatch(/^tool-call/);
  });

  it('are not made without tools, or when the caller wants none', () => {
    expect(runSimulator('sim/words?tools=1').texts).toHaveLength(64);
    expect(runSimulator('sim/words?tools=1', { tools: [] }).reason).toBe('stop');
    expect(runSimulator('sim/words?tools=1', { tools, toolChoice: 'none' }).toolCalls).toEqual([]);
    expect(runSimulator('sim/words', { tools }).toolCalls).toEqual([]);
  });

  it('are made when the caller insists, of the named tool alone', () => {
    expect(toCalls(runSimulator('sim/words', { tools, toolChoice: 'required' }).toolCalls)).toHaveLength(1);
    const named = runSimulator('sim/words?tools=2', { tools, toolChoice: { name: 'get_time' } });
    expect(toCalls(named.toolCalls).map(({ name }) => name)).toEqual(['get_time', 'get_time']);
  });

  it('come one at a time when the caller wants no parallel ones', () => {
    const sink = runSimulator('sim/words?tools=3', { tools, parallelToolCalls: false });
    expect(toCalls(sink.toolCalls)).toHaveLength(1);
  });

  it('give way to an answer once a tool has spoken, and get other ids in the next round', () => {
    const first = runSimulator('sim/words?tools=1', { tools });
    const result = { role: 'tool', content: '12 °C', toolCallId: 'call_1' } as const;
    const answered = runSimulator('sim/words?tools=1', { tools, messages: [user('Weather?'), result] });
    expect(answered.reason).toBe('stop');
    const shot = {
      role: 'user',
      content: [{ type: 'image', mediaType: 'image/png', base64: 'aGk=' }],
    } as const;
    const shown = runSimulator('sim/words?tools=1', { tools, messages: [user('Weather?'), result, shot] });
    expect(shown.reason).toBe('stop');
    const messages = [user('Weather?'), result, user('And tomorrow?')];
    const next = runSimulator('sim/words?tools=1', { tools, messages });
    expect(next.toolCalls[0]?.id).not.toBe(first.toolCalls[0]?.id);
  });
});
