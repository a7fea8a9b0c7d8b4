import type { Logprobs } from '../../../contracts/logprobs.js';
import type { ToolCallDelta } from '../../../contracts/model-backend.js';
import { toWireJson, type WireText } from '../../../contracts/wire-text.js';

/*
 * A log entry is one line. Text of the first answer stands bare, which is nearly all there ever is. Anything else is
 * tagged by two characters: what it is, and which answer it belongs to. Wire text has no raw control characters, so a
 * tag can never be mistaken for text.
 */
const TEXT = 0x01;
const REASONING = 0x02;
const TOOL_CALL = 0x03;
const REFUSAL = 0x04;
const SCORED_TEXT = 0x05;
/** Between a scored text and what its tokens scored. */
const SCORES = '\u0005';
const FIRST_TEXT_CHARACTER = 0x20;

export type EntryKind = 'text' | 'scored-text' | 'reasoning' | 'refusal' | 'tool-call';

export const textEntry = (text: WireText, choice: number): string =>
  choice === 0 ? text : tag(TEXT, choice) + text;
export const scoredEntry = (text: WireText, logprobs: Logprobs, choice: number): string =>
  tag(SCORED_TEXT, choice) + text + SCORES + logprobs;
export const reasoningEntry = (text: WireText, choice: number): string => tag(REASONING, choice) + text;
export const refusalEntry = (text: WireText, choice: number): string => tag(REFUSAL, choice) + text;
export const toolCallEntry = (delta: ToolCallDelta, choice: number): string =>
  tag(TOOL_CALL, choice) + toWireJson(delta);

/** Whether an entry is anything but text of the first answer. */
export const isTagged = (entry: string): boolean => entry.charCodeAt(0) < FIRST_TEXT_CHARACTER;

export function kindOf(entry: string): EntryKind {
  const tagged = entry.charCodeAt(0);
  if (tagged === REASONING) return 'reasoning';
  if (tagged === REFUSAL) return 'refusal';
  if (tagged === SCORED_TEXT) return 'scored-text';
  return tagged === TOOL_CALL ? 'tool-call' : 'text';
}

export const choiceOf = (entry: string): number => (isTagged(entry) ? entry.charCodeAt(1) - 0x30 : 0);

/** The entry without its tag, and without scores. */
export function bodyOf(entry: string): string {
  if (!isTagged(entry)) return entry;
  return entry.charCodeAt(0) === SCORED_TEXT ? entry.slice(2, entry.indexOf(SCORES, 2)) : entry.slice(2);
}

/** Of a scored text, the log probabilities of its tokens, as it was written. */
export const logprobsOf = (entry: string): Logprobs => entry.slice(entry.indexOf(SCORES, 2) + 1);

/** Same kind, same answer: such neighbours may share a frame. */
export const haveSameTag = (a: string, b: string): boolean =>
  a.charCodeAt(0) === b.charCodeAt(0) && a.charCodeAt(1) === b.charCodeAt(1);

export function toolCallOf(entry: string): ToolCallDelta {
  return JSON.parse(Buffer.from(bodyOf(entry), 'latin1').toString('utf8')) as ToolCallDelta;
}

const tag = (kind: number, choice: number): string => String.fromCharCode(kind, 0x30 + choice);
