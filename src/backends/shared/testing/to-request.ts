import type { ChatMessage, GenerationRequest, Sampling } from '../../../contracts/generation-request.js';

export interface RequestParts extends Partial<Omit<GenerationRequest, 'sampling'>> {
  readonly messages?: readonly ChatMessage[];
  readonly prompt?: string;
  readonly suffix?: string;
  readonly sampling?: Partial<Sampling>;
}

/** A request in which only what matters needs to be said. */
export function toRequest({
  messages = [{ role: 'user', content: 'Go on' }],
  prompt,
  suffix,
  sampling,
  ...parts
}: RequestParts = {}): GenerationRequest {
  return {
    model: 'any',
    requestedModel: 'any',
    input: prompt === undefined ? { kind: 'chat', messages } : { kind: 'prompt', prompt, suffix },
    sampling: { maxTokens: 1000, temperature: 0.7, ...sampling },
    choice: 0,
    backendOptions: {},
    ...parts,
  };
}
