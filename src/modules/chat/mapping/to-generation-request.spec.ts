import { describe, expect, it } from 'vitest';
import type { AgentSettings } from '../../../config/index.js';
import type { CreateChatCompletionDto } from '../dto/create-chat-completion.dto.js';
import { toChatRequest } from './to-generation-request.js';

const ASKED = { requestedModel: 'm', defaultMaxTokens: 1000, saysLogprobs: true };

describe(toChatRequest.name, () => {
  const agentAt = (temperature?: number, maxTokens?: number) =>
    ({ key: 'a', options: { temperature, maxTokens } }) as AgentSettings;
  const bodyOf = (fields: object) => ({
    kind: 'chat' as const,
    dto: { messages: [], ...fields } as unknown as CreateChatCompletionDto,
  });

  it.each([
    [undefined, undefined, 0.7, true],
    [null, agentAt(), 0.7, true],
    [0.7, undefined, 0.7, false],
    [0, agentAt(0.3), 0, false],
    [undefined, agentAt(0.3), 0.3, false],
  ])(
    'tells a temperature that was asked for from its own: %j',
    (asked, agent, temperature, isTemperatureOurs) => {
      const { sampling } = toChatRequest(bodyOf({ temperature: asked }), { ...ASKED, agent })(0);
      expect(sampling).toMatchObject({ temperature, isTemperatureOurs });
    },
  );

  it.each([
    ['the default', {}, undefined, 1000, undefined],
    ['the agent’s', {}, agentAt(0, 30), 30, 30],
    ['what was asked for', { max_tokens: 20 }, agentAt(0, 30), 20, 20],
    ['what was asked for last', { max_tokens: 20, max_completion_tokens: 10 }, undefined, 10, 10],
  ])('takes %s for the length, of which an open end has no default', (_what, fields, agent, usual, open) => {
    const body = bodyOf(fields);
    const lengthOf = (isOpenEnded: boolean) =>
      toChatRequest({ ...body, isOpenEnded }, { ...ASKED, agent })(0).sampling.maxTokens;
    expect([lengthOf(false), lengthOf(true)]).toEqual([usual, open]);
  });
});
