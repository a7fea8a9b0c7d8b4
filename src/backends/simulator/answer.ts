import type { GenerationRequest } from '../../contracts/generation-request.js';
import { toAnswerText } from './answer-text.js';
import { drawPieces, toCorpus } from './corpus.js';
import { limitTo, untilStop } from './limits.js';
import type { Parts } from './part.js';
import { withLogprobs } from './logprobs.js';
import { toRandom } from './random-lane.js';
import type { SimulatorSettings } from './settings.js';
import { chooseTools, toToolCallParts } from './tool-calls.js';

/** The whole answer to a request: reasoning, then text, then tool calls, within the limits of the request. */
export function composeAnswer(request: GenerationRequest, settings: SimulatorSettings): Parts {
  const { maxTokens = Infinity, stop = [] } = request.sampling;
  const parts = compose(request, settings);
  const limited = limitTo(maxTokens, stop.length === 0 ? parts : untilStop(stop, parts));
  const { topLogprobs } = request;
  if (topLogprobs === undefined) return limited;
  return withLogprobs(limited, topLogprobs, toRandom(request, settings, 'scores'));
}

function* compose(request: GenerationRequest, settings: SimulatorSettings): Parts {
  const thoughts = drawPieces(toCorpus('words'), settings.thinking, toRandom(request, settings, 'reasoning'));
  for (const text of thoughts) yield { kind: 'reasoning', text };

  const tools = chooseTools(request, settings);
  // Who calls tools says nothing beside them, unless told to.
  if (tools.length === 0 || settings.tokens !== undefined) {
    for (const text of toAnswerText(request, settings)) yield { kind: 'text', text };
  }
  yield* toToolCallParts(tools, toRandom(request, settings, 'tools'));
  return tools.length > 0 ? 'tool_calls' : 'stop';
}
