import type { FinishReason } from '../../contracts/model-backend.js';
import type { GenerationRequest } from '../../contracts/generation-request.js';
import type { Usage } from '../../contracts/usage.js';
import type { Part } from './part.js';
import { KEYWORD_MODEL } from './models.js';
import { countPromptTokens } from './prompt.js';
import type { SimulatorSettings } from './settings.js';

/** Counts what was said. A piece is a token; the keyword model's words are followed by one for its end. */
export class Tally {
  /** Pieces of whatever kind. */
  sent = 0;
  private reasoning = 0;

  constructor(
    private readonly request: GenerationRequest,
    private readonly settings: SimulatorSettings,
  ) {}

  add(part: Part): void {
    this.sent += 1;
    if (part.kind === 'reasoning') this.reasoning += 1;
  }

  toUsage(reason: FinishReason): Usage {
    const ended = this.settings.name === KEYWORD_MODEL && reason !== 'length' ? 1 : 0;
    return {
      promptTokens: countPromptTokens(this.request),
      completionTokens: Math.min(this.sent + ended, this.request.sampling.maxTokens ?? Infinity),
      ...(this.reasoning > 0 ? { reasoningTokens: this.reasoning } : {}),
    };
  }
}
