import type { AnswerRecord, OutcomeRecord } from '../../../contracts/journal.js';
import type { Usage } from '../../../contracts/usage.js';
import type { WireText } from '../../../contracts/wire-text.js';
import { member } from './json-member.js';

/** The second half of a record: how the generation ended and what came, as far as it came. */
export function endedJson(
  record: OutcomeRecord,
  answers: readonly AnswerRecord[] = record.answers(),
): WireText {
  const updatedAt = record.endedAt.toISOString();
  const messages = toAnswerMessages(record, answers).map(
    ({ text, metadata }) =>
      `{"role":"assistant","content":"${text}","metadata":${metadata},"created_at":"${updatedAt}"}`,
  );
  return `,"updated_at":"${updatedAt}","ended":{${endedMembers(record)}},"answers":[${messages.join(',')}]}`;
}

/** What is known of the end, as members of an object. */
export function endedMembers(record: OutcomeRecord): WireText {
  const { outcome, usage } = record;
  return (
    `"status":"${outcome.status}"` +
    ending(record) +
    member('backend', record.backend) +
    member('backend_model', record.backendModel) +
    `,"attempts":${record.attempts},"usage":{${tokens(usage)}},"generated_pieces":${record.generatedPieces},"delivered_pieces":${record.deliveredPieces}` +
    member('cached_pieces', record.cachedPieces) +
    member('cached', record.cached) +
    member('first_token_ms', record.firstTokenMs) +
    `,"duration_ms":${record.durationMs}`
  );
}

/** The second half where the process died before there was one. Nobody knows what had come by then. */
export const interruptedJson = (foundAt: Date): WireText =>
  `,"updated_at":"${foundAt.toISOString()}","ended":{"status":"interrupted"},"answers":[]}`;

function ending({ outcome }: OutcomeRecord): WireText {
  if (outcome.status === 'finished') return member('finish_reasons', outcome.finishReasons);
  if (outcome.status === 'cancelled') return member('reason', outcome.reason);
  const { code, message } = outcome.failure;
  return member('error', { code, message });
}

const tokens = (usage: Usage): WireText =>
  (
    member('prompt_tokens', usage.promptTokens) +
    member('completion_tokens', usage.completionTokens) +
    member('cached_tokens', usage.cachedTokens) +
    member('reasoning_tokens', usage.reasoningTokens) +
    member('estimated', usage.estimated)
  ).slice(1);

/** One answer as it is written into `messages`. */
export interface AnswerMessage {
  readonly text: WireText;
  /** JSON. */
  readonly metadata: WireText;
}

export function toAnswerMessages(
  { outcome }: OutcomeRecord,
  answers: readonly AnswerRecord[],
): AnswerMessage[] {
  const isWhole = outcome.status === 'finished';
  return answers.flatMap((answer, choice) => {
    if (!isWhole && isEmpty(answer)) return [];
    const state = isWhole ? member('finish_reason', outcome.finishReasons[choice]) : ',"partial":true';
    const reasoning = answer.reasoning === undefined ? '' : `,"reasoning":"${answer.reasoning}"`;
    const metadata = `{"choice":${choice}${state}${reasoning}${member('tool_calls', answer.toolCalls)}}`;
    return { text: answer.text, metadata };
  });
}

const isEmpty = ({ text, reasoning, toolCalls }: AnswerRecord): boolean =>
  text === '' && !reasoning && !toolCalls?.length;
