// What servers have nothing to say for they leave out, or write as null.

export const isNothing = (value: unknown): value is undefined | null => value === undefined || value === null;

export const isTextOrNothing = (value: unknown): value is string | undefined | null =>
  typeof value === 'string' || isNothing(value);

export const isListOrNothing = (value: unknown): value is unknown[] | undefined | null =>
  Array.isArray(value) || isNothing(value);

/** An empty list is what some encoders write for an empty object. */
export const isObjectOrNothing = (value: unknown): value is object | undefined | null =>
  Array.isArray(value) ? value.length === 0 : typeof value === 'object' || value === undefined;
