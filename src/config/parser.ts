import { ConfigError } from './config-error.js';

/** Reads one raw value: a string of the environment, or a scalar or list of YAML. */
export interface Parser<T> {
  /** Ends the sentence "KEY must be …". */
  readonly expected: string;
  /** Answers undefined when the value is malformed. */
  readonly parse: (raw: unknown) => T | undefined;
}

/** What a parser answers for a good value. */
export type Parsed<P> = P extends Parser<infer T> ? T : never;

/** `label` says where the value stands, such as `PORT` or `production.yaml: database.port`. */
export function parseValue<T>(label: string, raw: unknown, parser: Parser<T>): T {
  const value = parser.parse(raw);
  if (value === undefined) throw new ConfigError(`${label} must be ${parser.expected}`);
  return value;
}

export const text: Parser<string> = {
  expected: 'a text that is not empty',
  parse: (raw) => (typeof raw === 'string' && raw.trim() !== '' ? raw.trim() : undefined),
};

/** Names of keys, backends, agents and secrets: safe in a path, a header and a log line. */
export const name: Parser<string> = {
  expected: 'a name of letters, digits, `_`, `.` and `-`',
  parse: (raw) => (typeof raw === 'string' && /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(raw) ? raw : undefined),
};

/** What a header such as `Authorization: Bearer …` can carry. */
export const headerWord: Parser<string> = {
  expected: 'one word of ASCII characters',
  parse: (raw) => (typeof raw === 'string' && /^[\x21-\x7e]+$/.test(raw) ? raw : undefined),
};

export const wholeNumber = (min: number, max = Number.MAX_SAFE_INTEGER): Parser<number> => ({
  expected: `a whole number ${range(min, max)}`,
  parse: (raw) => inRange(toNumber(raw, /^-?\d{1,16}$/), min, max, Number.isSafeInteger),
});

/** The same, or the word that there is none. */
export const wholeNumberOrNone = (min: number, max?: number): Parser<number | 'none'> => {
  const number = wholeNumber(min, max);
  return {
    expected: `${number.expected}, or \`none\``,
    parse: (raw) => (raw === 'none' ? raw : number.parse(raw)),
  };
};

export const decimal = (min: number, max: number): Parser<number> => ({
  expected: `a number ${range(min, max)}`,
  parse: (raw) => inRange(toNumber(raw, /^-?\d{1,16}(\.\d+)?$/), min, max, Number.isFinite),
});

export const flag: Parser<boolean> = {
  expected: '`on` or `off`',
  parse: (raw) =>
    typeof raw === 'boolean'
      ? raw
      : typeof raw === 'string'
        ? FLAGS.get(raw.trim().toLowerCase())
        : undefined,
};

/** Upper and lower case are the same. */
export const oneOf = <const T extends string>(...values: readonly T[]): Parser<T> => ({
  expected: `one of ${values.map((value) => `\`${value}\``).join(', ')}`,
  parse: (raw) =>
    typeof raw === 'string' ? values.find((value) => value === raw.trim().toLowerCase()) : undefined,
});

/** A comma list, a JSON array or a YAML list. Doubles are dropped. */
export const listOf = <T>(item: Parser<T>): Parser<readonly T[]> => ({
  expected: `a comma list or JSON array, each item ${item.expected}`,
  parse: (raw) => {
    const items = toItems(raw)?.map((value) => item.parse(value));
    return items?.every((value) => value !== undefined) ? [...new Set(items)] : undefined;
  },
});

const FLAGS = new Map([
  ...['on', 'true', 'yes', '1'].map((word) => [word, true] as const),
  ...['off', 'false', 'no', '0'].map((word) => [word, false] as const),
]);

const range = (min: number, max: number): string =>
  max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;

const toNumber = (raw: unknown, form: RegExp): number | undefined => {
  if (typeof raw === 'number') return raw;
  return typeof raw === 'string' && form.test(raw.trim()) ? Number(raw) : undefined;
};

const inRange = (
  value: number | undefined,
  min: number,
  max: number,
  isKind: (value: number) => boolean,
): number | undefined =>
  value !== undefined && isKind(value) && value >= min && value <= max ? value : undefined;

function toItems(raw: unknown): readonly unknown[] | undefined {
  if (Array.isArray(raw)) return raw as unknown[];
  if (typeof raw !== 'string') return undefined;
  if (!raw.trim().startsWith('['))
    return raw
      .split(',')
      .filter((item) => item.trim() !== '')
      .map((item) => item.trim());
  try {
    const items: unknown = JSON.parse(raw);
    return Array.isArray(items) ? (items as unknown[]) : undefined;
  } catch {
    return undefined;
  }
}
