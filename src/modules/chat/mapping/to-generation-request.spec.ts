import { describe, expect, it } from 'vitest';
import type { AgentSettings } from '../../../config/index.js';
import type { CreateChatCompletionDto } from '../dto/create-chat-completion.dto.js';
import { toChatRequest } from './to-generation-request.js';

describe(toChatRequest.name, () => {
  const agentAt = (temperature?: number) => ({ key: 'a', options: { temperature } }) as AgentSettings;

  it.each([
    [undefined, undefined, 0.7, true],
    [null, agentAt(), 0.7, true],
    [0.7, undefined, 0.7, false],
    [0, agentAt(0.3), 0, false],
    [undefined, agentAt(0.3), 0.3, false],
  ])(
    'tells a temperature that was asked for from its own: %j',
    (asked, agent, temperature, isTemperatureOurs) => {
      const body = { messages: [], temperature: asked } as unknown as CreateChatCompletionDto;
      const { sampling } = toChatRequest(body, agent, 'm')(0);
      expect(sampling).toMatchObject({ temperature, isTemperatureOurs });
    },
  );
});
