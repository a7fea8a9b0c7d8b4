import type { AnswerRecord, OutcomeRecord } from '../../contracts/journal.js';
import type { Usage } from '../../contracts/usage.js';
import { toWireJson, type WireText } from '../../contracts/wire-text.js';
import { cutText } from './record/storable-text.js';
import { toRequestMessages, titleOf } from './record/request-messages.js';

const NAME_CHARACTERS = 255;

/**
 * A generation as its rows, in the words of the columns: what was asked, what came as far as it came, and how it ended.
 * Put together as text, since the answer is JSON already.
 */
export function conversationJson(record: OutcomeRecord): WireText {
  const { begin } = record;
  const createdAt = begin.createdAt.toISOString();
  const updatedAt = record.endedAt.toISOString();
  const messages = [...toRequestMessages(begin, createdAt), ...answerMessages(record, updatedAt)];
  return (
    `{"user_id":${toWireJson(cutText(begin.userId, NAME_CHARACTERS))},` +
    `"model_name":${toWireJson(cutText(begin.model, NAME_CHARACTERS))},` +
    `"title":${toWireJson(titleOf(begin.inputs[0]!))},"metadata":${metadata(record)},` +
    `"created_at":"${createdAt}","updated_at":"${updatedAt}","messages":[${messages.join(',')}]}`
  );
}

function metadata(record: OutcomeRecord): WireText {
  const { begin, outcome, usage } = record;
  return (
    `{"generation_id":${toWireJson(begin.id)},"request_id":${toWireJson(begin.requestId)}` +
    member('tenant', begin.tenant) +
    member('route', begin.route) +
    `,"kind":"${begin.kind}"` +
    member('agent', begin.agent) +
    member('profile', begin.profile) +
    `,"stream":${begin.stream},"status":"${outcome.status}"` +
    ending(record) +
    member('backend', record.backend) +
    member('backend_model', record.backendModel) +
    `,"attempts":${record.attempts},"usage":{${tokens(usage)}},"generated_pieces":${record.generatedPieces},"delivered_pieces":${record.deliveredPieces}` +
    member('cached_pieces', record.cachedPieces) +
    member('first_token_ms', record.firstTokenMs) +
    `,"duration_ms":${record.durationMs}}`
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

/** One more member of an object, unless there is nothing to say. */
const member = (name: string, value: unknown): WireText =>
  value === undefined ? '' : `,"${name}":${toWireJson(value)}`;

function answerMessages({ outcome, answers }: OutcomeRecord, createdAt: string): WireText[] {
  const isWhole = outcome.status === 'finished';
  return answers().flatMap((answer, choice) => {
    if (!isWhole && isEmpty(answer)) return [];
    const state = isWhole ? member('finish_reason', outcome.finishReasons[choice]) : ',"partial":true';
    const reasoning = answer.reasoning === undefined ? '' : `,"reasoning":"${answer.reasoning}"`;
    return (
      `{"role":"assistant","content":"${answer.text}","metadata":{"choice":${choice}${state}${reasoning}` +
      `${member('tool_calls', answer.toolCalls)}},"created_at":"${createdAt}"}`
    );
  });
}

const isEmpty = ({ text, reasoning, toolCalls }: AnswerRecord): boolean =>
  text === '' && !reasoning && !toolCalls?.length;
