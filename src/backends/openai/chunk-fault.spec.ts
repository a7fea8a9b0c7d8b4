import { describe, expect, it } from 'vitest';
import { content, DONE, event, readAnswer, STOP } from './testing/read-answer.js';

describe('a shape that is not the protocol’s', () => {
  const choices = (...said: string[]) => `{"choices":[${said.join(',')}]}`;
  const inside = (said: string) => choices(`{"index":0,"delta":${said},"finish_reason":null}`);

  it.each([
    '{"choices":{}}',
    '{"choices":"x"}',
    choices('"x"'),
    choices('["x"]'),
    choices('{"index":"0","delta":{"content":"x"}}'),
    choices('{"index":0,"text":5}'),
    inside('"x"'),
    inside('["x"]'),
    inside('{"content":5}'),
    inside('{"content":true}'),
    inside('{"content":{"text":"x"}}'),
    inside('{"content":["x"]}'),
    inside('{"content":[{"type":"text","text":5}]}'),
    inside('{"content":[{"type":"thinking","thinking":5}]}'),
    inside('{"content":[{"type":"thinking","thinking":[{"type":"text","text":5}]}]}'),
    inside('{"refusal":5}'),
    inside('{"reasoning":5}'),
    inside('{"content":"x","reasoning_content":{}}'),
    inside('{"tool_calls":"x"}'),
    inside('{"tool_calls":{}}'),
    inside('{"tool_calls":["x"]}'),
    inside('{"tool_calls":{"function":"f"}}'),
    inside('{"tool_calls":{"function":{"name":5}}}'),
    inside('{"tool_calls":[{"index":0,"function":"f"}]}'),
    inside('{"tool_calls":[{"index":0,"id":"c","function":{"name":5,"arguments":"{}"}}]}'),
  ])('is a failure, not silence: %s', (json) => {
    for (const before of [[], [content('a')], [content('a'), content('a')]]) {
      const { events, failure, violations } = readAnswer([...before, event(json), content('b'), STOP, DONE]);
      expect(events.map(([kind]) => kind)).toEqual([...before.map(() => 'text'), 'failed']);
      expect(failure).toMatchObject({ code: 'upstream_protocol_error', detail: `data: ${json}` });
      expect(violations).toEqual([]);
    }
    const whole = json
      .replace('"delta"', '"message"')
      .replace('"finish_reason":null', '"finish_reason":"stop"');
    expect(readAnswer([whole], { contentType: 'application/json' }).failure?.code).toBe(
      'upstream_protocol_error',
    );
  });
});
