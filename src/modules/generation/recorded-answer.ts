import type { FinishReason } from '../../contracts/model-backend.js';
import type { Usage } from '../../contracts/usage.js';
import type { AnswerOrigin, Generation } from './generation.js';

/** All it takes to give an answer again, as plain JSON. */
export interface RecordedAnswer {
  /** The log, one entry a line. */
  readonly log: string;
  /** One for each answer, as the usage. */
  readonly finishReasons: readonly FinishReason[];
  readonly usages: readonly Usage[];
  readonly origin: AnswerOrigin;
}

const FINISH_REASONS: ReadonlySet<unknown> = new Set<FinishReason>([
  'stop',
  'length',
  'tool_calls',
  'content_filter',
]);

/** What a generation answered. Undefined unless it is whole, put on record, not empty, and from nobody else. */
export function recordAnswer(generation: Generation, origin: AnswerOrigin): RecordedAnswer | undefined {
  const { releasedOutcome, origins, usageReports, log } = generation;
  if (releasedOutcome?.status !== 'finished' || log.count === 0 || generation.isShortened) return undefined;
  if (!origins.every((its) => its?.backend === origin.backend && its.model === origin.model))
    return undefined;
  const { finishReasons } = releasedOutcome;
  return {
    log: log.flatten(),
    finishReasons,
    usages: finishReasons.map((_, choice) => usageReports[choice] ?? {}),
    origin,
  };
}

/** A value from a store that others may write to: undefined when it is not a record of so many answers. */
export function toRecordedAnswer(value: unknown, choices: number): RecordedAnswer | undefined {
  if (!isObject(value) || !isObject(value.origin)) return undefined;
  const { log, finishReasons, usages, origin } = value;
  const isRecord =
    typeof log === 'string' &&
    log !== '' &&
    isListOf(finishReasons, choices, (reason) => FINISH_REASONS.has(reason)) &&
    isListOf(usages, choices, isObject) &&
    typeof origin.backend === 'string' &&
    typeof origin.model === 'string';
  return isRecord ? (value as unknown as RecordedAnswer) : undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const isListOf = (value: unknown, length: number, isItem: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length === length && value.every(isItem);
