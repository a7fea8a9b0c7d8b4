/** What a PostgreSQL text or JSON value cannot hold: U+0000 and half a surrogate pair. */
const UNSTORABLE = /[\0\p{Surrogate}]/gu;
const HAS_PAIR = /[\ud800-\udbff]/;
const REPLACEMENT = '\uFFFD';

/** The same escaped in JSON. Also finds an escaped backslash before a `u`, so a hit means: look closer. */
const SUSPICIOUS_JSON = /\\u(?:0000|d[89a-f])/;

const toStorableText = (text: string): string => text.replace(UNSTORABLE, REPLACEMENT);

/** Most texts have no such escape at all, which is found out sooner without the expression. */
export const mayBeUnstorable = (json: string): boolean => json.includes('\\u') && SUSPICIOUS_JSON.test(json);

/** A copy of a JSON value with all its texts storable; the value itself when they are. */
export function toStorable<T>(value: T): T {
  if (typeof value === 'string') return toStorableText(value) as T;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => toStorable(item));
    return items.every((item, index) => item === value[index]) ? value : (items as T);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const storable = entries.map(([key, item]) => [toStorableText(key), toStorable(item)] as const);
  const same = storable.every(
    ([key, item], index) => key === entries[index]?.[0] && item === entries[index][1],
  );
  return same ? value : (Object.fromEntries(storable) as T);
}

/** At most so many characters as PostgreSQL counts them. */
export function cutText(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const cut = text.slice(0, characters);
  return HAS_PAIR.test(cut) ? [...text.slice(0, 2 * characters)].slice(0, characters).join('') : cut;
}
