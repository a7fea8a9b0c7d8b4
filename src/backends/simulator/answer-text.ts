import type { GenerationRequest } from '../../contracts/generation-request.js';
import { drawPieces, toCorpus } from './corpus.js';
import { toKeywordAnswer } from './keyword-answer.js';
import { KEYWORD_MODEL } from './models.js';
import { toPieces } from './pieces.js';
import { toQuestion } from './prompt.js';
import { toRandom } from './random-lane.js';
import { toInstance } from './schema-instance.js';
import type { SimulatorSettings } from './settings.js';

const DEFAULT_TOKENS = 64;
const MAX_JSON_WORDS = 1024;

/** The text of an answer in pieces. One that must be JSON has the length of its value, not of `tokens`. */
export function toAnswerText(request: GenerationRequest, settings: SimulatorSettings): Iterable<string> {
  const { responseFormat } = request;
  if (responseFormat === undefined) return toWords(request, settings);
  const value =
    responseFormat.type === 'json_schema'
      ? toInstance(responseFormat.schema, toRandom(request, settings, 'text'))
      : { answer: [...toWords(request, settings, MAX_JSON_WORDS)].join('') };
  return toPieces(JSON.stringify(value, null, 2));
}

function toWords(request: GenerationRequest, settings: SimulatorSettings, most = Infinity): Iterable<string> {
  const { name, tokens } = settings;
  if (name === KEYWORD_MODEL) return toPieces(toKeywordAnswer(toQuestion(request))).slice(0, tokens);
  const count = Math.min(tokens ?? DEFAULT_TOKENS, most);
  return drawPieces(toCorpus(name), count, toRandom(request, settings, 'text'));
}
