import { toLogprobs, type Logprobs, type TokenAlternative } from '../../contracts/logprobs.js';
import { readLogprobs } from '../shared/read-logprobs.js';
import { isObject, type OpenAiChoice } from './chunk.js';

/** What a choice says of the tokens of its text. Of completions of a prompt too, which some servers answer as chats. */
export function findLogprobs({ logprobs }: OpenAiChoice): Logprobs | undefined {
  if (!isObject(logprobs)) return undefined;
  const { content, tokens } = logprobs as { content?: unknown; tokens?: unknown };
  return Array.isArray(tokens) ? ofCompletion(tokens, logprobs) : readLogprobs(content);
}

interface CompletionLogprobs {
  token_logprobs?: unknown;
  top_logprobs?: unknown;
}

/** Parallel lists, and of the alternatives an object for each token. They say no bytes. */
function ofCompletion(tokens: readonly unknown[], said: CompletionLogprobs): Logprobs | undefined {
  const scores = toList(said.token_logprobs);
  const others = toList(said.top_logprobs);
  const read = tokens.flatMap((token, at) =>
    toAlternatives([[token, scores[at]]]).map((taken) => ({
      ...taken,
      top_logprobs: isObject(others[at]) ? toAlternatives(Object.entries(others[at])) : [],
    })),
  );
  return read.length === 0 ? undefined : toLogprobs(read);
}

const toAlternatives = (scored: readonly (readonly [unknown, unknown])[]): TokenAlternative[] =>
  scored.flatMap(([token, logprob]) =>
    typeof token === 'string' && typeof logprob === 'number' ? [{ token, logprob, bytes: null }] : [],
  );

const toList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
