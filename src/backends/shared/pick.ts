/** These fields of an object, as far as it has them. */
export const pick = (
  object: Readonly<Record<string, unknown>> | undefined,
  names: readonly string[] | undefined,
): Readonly<Record<string, unknown>> | undefined =>
  object === undefined || names === undefined
    ? undefined
    : Object.fromEntries(Object.entries(object).filter(([name]) => names.includes(name)));
