/** So many at a time. */
export interface Slots {
  readonly key: string;
  readonly most: number;
}

/** What somebody may use in a while: of tokens, or of nanodollars. */
export interface Counter {
  readonly key: string;
  readonly limit: number;
  /** What a token counts. */
  readonly perPrompt: number;
  readonly perCompletion: number;
  /** When it begins anew, in milliseconds since 1970. */
  readonly endsAt: number | undefined;
  /** What has been used of it, as far as that was put down. Asked where nothing is known of it; rejects when that cannot be told. */
  readonly history: () => Promise<number>;
}

/** What a generation wants to hold while it runs. */
export interface Claim {
  readonly slots: readonly Slots[];
  readonly counters: readonly Counter[];
  readonly promptTokens: number;
  /** As many as there are left will do, but one at least where any are wanted. */
  readonly completionTokens: number;
}

/** How a counter stands. */
export interface Standing {
  /** What nobody has used nor reserved. */
  readonly left: number;
  /** What runs just now may give back. */
  readonly reserved: number;
}

/** Less than was asked for, or nothing. */
export type Verdict =
  | { readonly granted: number; readonly standings: readonly Standing[] }
  | { readonly refused: 'slots'; readonly retryMs: number }
  | { readonly refused: 'counter'; readonly at: number; readonly standing: Standing };

export const amountOf = (
  { perPrompt, perCompletion }: Counter,
  promptTokens: number,
  completionTokens: number,
): number => Math.ceil(promptTokens * perPrompt + completionTokens * perCompletion);

/** How many completion tokens a counter with so much left allows; -1 when it does not even allow the prompt. */
export function allowedBy(counter: Counter, left: number, { promptTokens, completionTokens }: Claim): number {
  const rest = left - promptTokens * counter.perPrompt;
  if (rest < 0) return -1;
  return counter.perCompletion === 0
    ? completionTokens
    : Math.min(completionTokens, Math.floor(rest / counter.perCompletion));
}
