/** A count as a server says it. What cannot be one was not counted: it is unknown, not zero. */
export const toCount = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
