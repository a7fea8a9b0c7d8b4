import type { ChatMessage, GenerationRequest, Sampling } from '../../../contracts/generation-request.js';

export interface RequestParts extends Partial<Omit<GenerationRequest, 'sampling' | 'input'>> {
  readonly messages?: readonly ChatMessage[];
  readonly prompt?: string;
  readonly sampling?: Partial<Sampling>;
}

/** A request for a model, in which only what matters needs to be said. */
export function toRequest(
  model: string,
  { messages, prompt, sampling, ...parts }: RequestParts = {},
): GenerationRequest {
  return {
    model,
    requestedModel: model,
    input:
      prompt === undefined
        ? { kind: 'chat', messages: messages ?? [{ role: 'user', content: 'Go on' }] }
        : { kind: 'prompt', prompt },
    sampling: { maxTokens: 100_000, temperature: 0.7, ...sampling },
    choice: 0,
    backendOptions: {},
    ...parts,
  };
}

export const user = (content: ChatMessage['content']): ChatMessage => ({ role: 'user', content });
