import { createHash } from 'node:crypto';

/** What model servers take as a name. */
const LONGEST = 64;
const MARK_DIGITS = 8;

/** By which a model knows the search for further tools, which has no name of its own. */
export const TOOL_SEARCH = 'tool_search';

/** The name by which a model knows a tool: that of its namespace stands before it. The same tool has always the same. */
export function toModelName(name: string, namespace: string | null | undefined): string {
  if (namespace === null || namespace === undefined) return name;
  const whole = `${namespace}${namespace.endsWith('__') ? '' : '__'}${name}`;
  if (whole.length <= LONGEST) return whole;
  const mark = createHash('sha256').update(whole).digest('hex').slice(0, MARK_DIGITS);
  return `${whole.slice(0, LONGEST - MARK_DIGITS - 1)}_${mark}`;
}
