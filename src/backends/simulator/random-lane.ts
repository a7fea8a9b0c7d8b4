import type { GenerationRequest } from '../../contracts/generation-request.js';
import { Random } from './random.js';
import type { SimulatorSettings } from './settings.js';

const LANES = { text: 0, reasoning: 1, pace: 2, tools: 3, scores: 4 };

/** The numbers one side of an answer is made from. More thinking does not change the text, jitter does not either. */
export function toRandom(
  { choice, input, sampling }: GenerationRequest,
  { seed = sampling.seed ?? 0 }: SimulatorSettings,
  lane: keyof typeof LANES,
): Random {
  // A call's id must not come again when the conversation goes on.
  const turn = lane === 'tools' && input.kind === 'chat' ? input.messages.length : 0;
  return new Random(seed + choice, LANES[lane] + turn * 8);
}
