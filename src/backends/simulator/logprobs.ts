import type { FinishReason } from '../../contracts/model-backend.js';
import { toLogprobs, type TokenAlternative } from '../../contracts/logprobs.js';
import { drawPieces, toCorpus } from './corpus.js';
import type { Part, Parts } from './part.js';
import type { Random } from './random.js';

/** Says of each piece of the text how likely it was, being one token, and which others came next, less likely each. */
export function* withLogprobs(parts: Parts, alternatives: number, random: Random): Parts {
  for (;;) {
    const next: IteratorResult<Part, FinishReason> = parts.next();
    if (next.done === true) return next.value;
    const part = next.value;
    yield part.kind === 'text' ? { ...part, logprobs: score(part.text, alternatives, random) } : part;
  }
}

function score(text: string, alternatives: number, random: Random) {
  let left = 1;
  const draw = (token: string): TokenAlternative => {
    const probability = left * (0.5 + random.fraction() / 2);
    left -= probability;
    return { token, logprob: toLogprob(probability), bytes: [...Buffer.from(token)] };
  };
  const taken = draw(text);
  const others = [...drawPieces(toCorpus('words'), Math.max(0, alternatives - 1), random)].map(draw);
  return toLogprobs([{ ...taken, top_logprobs: alternatives === 0 ? [] : [taken, ...others] }]);
}

/** The least that servers say: JSON has no infinity. */
const LEAST = -9999;

const toLogprob = (probability: number): number => {
  const logprob = Math.log(probability);
  return Number.isFinite(logprob) ? Number(logprob.toFixed(6)) : LEAST;
};
