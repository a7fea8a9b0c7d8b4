import type { AnswerRecord, OutcomeRecord } from '../../../contracts/journal.js';
import type { Usage } from '../../../contracts/usage.js';
import type { WireText } from '../../../contracts/wire-text.js';
import { member } from './json-member.js';

/** How a generation ended and what came, in the words of its record and of its readable rows: both are made of it. */
export interface Ended {
  readonly status: string;
  readonly updatedAt: string;
  /** What is known of the end, as members of an object of JSON. */
  readonly members: WireText;
  readonly messages: readonly AnswerMessage[];
}

/** One answer, as far as it came. */
export interface AnswerMessage {
  readonly text: WireText;
  /** JSON. */
  readonly metadata: WireText;
}

export const readEnded = (record: OutcomeRecord): Ended => ({
  status: record.outcome.status,
  updatedAt: record.endedAt.toISOString(),
  members: membersOf(record),
  messages: toAnswerMessages(record),
});

/** The second half of a record. */
export const endedJson = ({ updatedAt, members, messages }: Ended): WireText =>
  `,"updated_at":"${updatedAt}","ended":{${members}},"answers":[` +
  messages
    .map(
      ({ text, metadata }) =>
        `{"role":"assistant","content":"${text}","metadata":${metadata},"created_at":"${updatedAt}"}`,
    )
    .join(',') +
  ']}';

/** The second half where the process died before there was one. Nobody knows what had come by then. */
export const interruptedJson = (foundAt: Date): WireText =>
  `,"updated_at":"${foundAt.toISOString()}","ended":{"status":"interrupted"},"answers":[]}`;

function membersOf(record: OutcomeRecord): WireText {
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

function toAnswerMessages({ outcome, answers }: OutcomeRecord): AnswerMessage[] {
  const isWhole = outcome.status === 'finished';
  return answers().flatMap((answer, choice) => {
    if (!isWhole && isEmpty(answer)) return [];
    const state = isWhole ? member('finish_reason', outcome.finishReasons[choice]) : ',"partial":true';
    const reasoning = answer.reasoning === undefined ? '' : `,"reasoning":"${answer.reasoning}"`;
    const refused = answer.refusal === undefined ? '' : ',"refused":true';
    const metadata = `{"choice":${choice}${state}${refused}${reasoning}${member('tool_calls', answer.toolCalls)}}`;
    return { text: answer.text, metadata };
  });
}

const isEmpty = ({ text, reasoning, toolCalls }: AnswerRecord): boolean =>
  text === '' && !reasoning && !toolCalls?.length;
