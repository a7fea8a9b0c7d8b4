import type { ToolCall } from '../../../contracts/generation-request.js';
import { joinLogprobs, type Logprobs } from '../../../contracts/logprobs.js';
import type { AnswerRecord } from '../../../contracts/journal.js';
import { bodyOf, choiceOf, kindOf, logprobsOf, toolCallOf } from './entry.js';
import type { GenerationLog } from './generation-log.js';

/** Puts a log, or its first `count` entries, together into whole answers, one per choice. */
export function answersOf(log: GenerationLog, choices: number, count = log.count): AnswerRecord[] {
  if (choices === 1 && log.tagged === 0 && count >= log.count) return [{ text: log.text() }];
  const drafts = Array.from({ length: choices }, () => ({
    text: '',
    reasoning: '',
    refusal: '',
    toolCalls: new Map<number, Draft>(),
  }));
  const entries = log.entries();
  for (const entry of count < entries.length ? entries.slice(0, count) : entries) {
    const draft = drafts[choiceOf(entry)]!;
    const kind = kindOf(entry);
    if (kind === 'tool-call') addToolCall(draft.toolCalls, entry);
    else if (kind === 'reasoning') draft.reasoning += bodyOf(entry);
    else draft.text += bodyOf(entry);
    if (kind === 'refusal') draft.refusal += bodyOf(entry);
  }
  return drafts.map(({ text, reasoning, refusal, toolCalls }) => ({
    text,
    ...(refusal === '' ? {} : { refusal }),
    ...(reasoning === '' ? {} : { reasoning }),
    ...(toolCalls.size === 0 ? {} : { toolCalls: [...toolCalls.values()] }),
  }));
}

/** What its tokens scored, by choice; undefined of those that say nothing of it. */
export function logprobsByChoice(log: GenerationLog, choices: number): (Logprobs | undefined)[] {
  const scores = Array.from({ length: choices }, (): Logprobs[] => []);
  for (const entry of log.entries())
    if (kindOf(entry) === 'scored-text') scores[choiceOf(entry)]!.push(logprobsOf(entry));
  return scores.map((all) => (all.length === 0 ? undefined : all.reduce(joinLogprobs)));
}

type Draft = { -readonly [Key in keyof ToolCall]: ToolCall[Key] };

function addToolCall(calls: Map<number, Draft>, entry: string): void {
  const { index, id = '', name = '', arguments: piece, extra } = toolCallOf(entry);
  const call = calls.get(index);
  if (call !== undefined) call.arguments += piece;
  else calls.set(index, { id, name, arguments: piece, ...(extra && { extra }) });
}
