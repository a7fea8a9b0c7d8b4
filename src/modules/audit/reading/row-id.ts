const PLAIN = /^[1-9]\d{0,9}$/;
const LARGEST = 2 ** 31 - 1;

/** The id of a row as a caller spells it; undefined when no row can have it. */
export function toRowId(text: string): number | undefined {
  const id = PLAIN.test(text) ? Number(text) : NaN;
  return id <= LARGEST ? id : undefined;
}
