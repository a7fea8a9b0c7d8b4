/** Token counts of one generation. `undefined` means the backend did not say: it is never the same as zero. */
export interface Usage {
  promptTokens?: number;
  completionTokens?: number;
  cachedTokens?: number;
  reasoningTokens?: number;
  /** True when a count was derived from what we saw because the backend did not say. */
  estimated?: boolean;
}
