const OTHER = ' other';

interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: number[];
}

/** What a fake server says of a piece, being one token: numbers that a client can tell from others. */
export function fakeLogprob(
  piece: string,
  alternatives: number,
): TokenLogprob & { top_logprobs: TokenLogprob[] } {
  const taken = say(piece, -piece.length / 8);
  return { ...taken, top_logprobs: [taken, say(OTHER, -2.5)].slice(0, alternatives) };
}

/** The same as completions of a prompt say it. */
export const fakeCompletionLogprobs = (piece: string, alternatives: number): object => ({
  tokens: [piece],
  token_logprobs: [-piece.length / 8],
  top_logprobs:
    alternatives === 0
      ? null
      : [
          Object.fromEntries(
            fakeLogprob(piece, alternatives).top_logprobs.map(({ token, logprob }) => [token, logprob]),
          ),
        ],
  text_offset: [0],
});

const say = (token: string, logprob: number): TokenLogprob => ({
  token,
  logprob,
  bytes: [...Buffer.from(token)],
});
