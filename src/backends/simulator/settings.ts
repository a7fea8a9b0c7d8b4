import type { Faults } from './faults.js';
import { KEYWORD_MODEL, SIMULATOR_PREFIX } from './models.js';
import type { PaceSettings } from './pace.js';
import { toInteger, toNumber, toStall, type ReadValue } from './setting-values.js';

export interface SimulatorSettings extends PaceSettings, Faults {
  /** What is said: `p8-sim` answers by keywords, any other name draws words from the corpus of that name. */
  readonly name: string;
  readonly seed?: number;
  /** Pieces of text. */
  readonly tokens?: number;
  /** Pieces of reasoning before them. */
  readonly thinking: number;
  /** Calls of the caller's tools. */
  readonly tools: number;
}

const MAX_PIECES = 1_000_000;

const READERS = {
  seed: toInteger(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  tokens: toInteger(0, MAX_PIECES),
  tps: toNumber(0, 1_000_000),
  jitter: toNumber(0, 1),
  tools: toInteger(0, 32),
  thinking: toInteger(0, MAX_PIECES),
  die: toInteger(0, MAX_PIECES),
  stall: toStall(MAX_PIECES),
  malformed: toInteger(0, MAX_PIECES),
  truncated: toInteger(0, MAX_PIECES),
} satisfies {
  [Key in Exclude<keyof SimulatorSettings, 'name'>]-?: ReadValue<NonNullable<SimulatorSettings[Key]>>;
};

const DEFAULTS: SimulatorSettings = { name: KEYWORD_MODEL, tps: 0, jitter: 0, thinking: 0, tools: 0 };

/** The settings in a model name. A string says what is wrong with them. */
export function parseSettings(model: string): SimulatorSettings | string {
  if (!model.startsWith(SIMULATOR_PREFIX)) return DEFAULTS;
  const queryAt = model.indexOf('?');
  const name = model.slice(SIMULATOR_PREFIX.length, queryAt === -1 ? undefined : queryAt);
  if (!/^[\w.-]{1,64}$/.test(name))
    return 'A simulator model is named `sim/<name>`, with letters, digits, `.`, `_` and `-`.';

  const read = new Map<string, unknown>();
  const query = queryAt === -1 ? '' : model.slice(queryAt + 1);
  for (const [key, value] of new URLSearchParams(query)) {
    if (!Object.hasOwn(READERS, key)) return `The simulator has no setting \`${key.slice(0, 64)}\`.`;
    if (read.has(key)) return `The simulator setting \`${key}\` is given twice.`;
    const setting = READERS[key as keyof typeof READERS](value);
    if (setting === undefined) return `The simulator setting \`${key}\` has no valid value.`;
    read.set(key, setting);
  }
  return { ...DEFAULTS, name, ...Object.fromEntries(read) };
}
