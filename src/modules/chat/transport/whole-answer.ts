import { toUsageDto } from '../../../common/dto/usage.dto.js';
import type { AnswerRecord } from '../../../contracts/journal.js';
import type { Logprobs } from '../../../contracts/logprobs.js';
import type { FinishReason } from '../../../contracts/model-backend.js';
import { toWireJson, toWireText, type WireText } from '../../../contracts/wire-text.js';
import {
  CompletionLogprobs,
  lengthOf,
  SYSTEM_FINGERPRINT,
  toChatReason,
  toCompletionReason,
} from '../../agents/index.js';
import { answersOf, logprobsByChoice, type FollowedLog } from '../../generation/index.js';
import { asksForFunctions } from '../mapping/from-functions.js';
import type { AdmittedCall, CallBody } from '../call.js';

/** The `chat.completion` or `text_completion` document. Text is copied as it came. */
export function toWholeAnswer(
  { body }: AdmittedCall,
  generation: FollowedLog,
  finishReasons: readonly FinishReason[],
  reasoningField: string,
): WireText {
  const { head, usage, log } = generation;
  const isChat = body.kind === 'chat';
  const saysFunctions = isChat && asksForFunctions(body.dto);
  const logprobs = logprobsOf(body, generation);
  const choices = answersOf(log, head.choices).map((answer, index) => {
    const scores = logprobs[index];
    const reason = finishReasons[index]!;
    if (isChat) {
      const message = toMessage(answer, { reasoningField, saysFunctions });
      return chatChoice(index, message, scores, toChatReason(reason, { saysFunctions }));
    }
    return textChoice(index, echoed(body.dto, index), answer.text, scores, reason);
  });
  return (
    `{"id":"${head.id}","object":"${isChat ? 'chat.completion' : 'text_completion'}","created":${head.created},` +
    `"model":${toWireJson(head.model)},"choices":[${choices.join(',')}],"usage":${JSON.stringify(toUsageDto(usage))},` +
    `"service_tier":"default","system_fingerprint":"${SYSTEM_FINGERPRINT}"}`
  );
}

const logprobsOf = ({ dto }: CallBody, { log, head }: FollowedLog) =>
  dto.logprobs == null || dto.logprobs === false ? [] : logprobsByChoice(log, head.choices);

function chatChoice(index: number, message: string, scores: Logprobs | undefined, reason: string): string {
  const logprobs = scores === undefined ? 'null' : `{"content":[${scores}],"refusal":null}`;
  return `{"index":${index},"message":${message},"logprobs":${logprobs},"finish_reason":"${reason}"}`;
}

function textChoice(
  index: number,
  prompt: string,
  text: WireText,
  scores: Logprobs | undefined,
  reason: FinishReason,
): string {
  const logprobs = scores === undefined ? 'null' : new CompletionLogprobs(lengthOf(prompt)).next(scores);
  return (
    `{"text":"${toWireText(prompt)}${text}","index":${index},"logprobs":${logprobs},` +
    `"finish_reason":"${toCompletionReason(reason)}"}`
  );
}

function toMessage(
  { text, refusal, reasoning, toolCalls }: AnswerRecord,
  { reasoningField, saysFunctions }: { readonly reasoningField: string; readonly saysFunctions: boolean },
): WireText {
  const isWordless = text === '' && toolCalls !== undefined;
  const content = isWordless || text === refusal ? 'null' : `"${text}"`;
  const refused = refusal === undefined ? 'null' : `"${refusal}"`;
  const calls = toolCalls?.map(({ id, name, arguments: args, extra }) => ({
    id,
    type: 'function',
    function: { name, arguments: args },
    extra_content: extra,
  }));
  return (
    `{"role":"assistant","content":${content},"refusal":${refused},"annotations":[]` +
    (reasoning === undefined ? '' : `,"${reasoningField}":"${reasoning}"`) +
    (calls === undefined ? '}' : `,${callsOf(calls, saysFunctions)}}`)
  );
}

const callsOf = (calls: readonly { readonly function: object }[], saysFunctions: boolean): WireText =>
  saysFunctions ? `"function_call":${toWireJson(calls[0]!.function)}` : `"tool_calls":${toWireJson(calls)}`;

function echoed(
  { echo, prompt, n }: { echo?: boolean | null; prompt?: string | string[]; n?: number | null },
  choice: number,
): string {
  if (echo !== true || prompt === undefined) return '';
  return typeof prompt === 'string' ? prompt : (prompt[Math.floor(choice / (n ?? 1))] ?? '');
}
