import { toUsageDto } from '../../../common/dto/usage.dto.js';
import type { AnswerRecord } from '../../../contracts/journal.js';
import type { FinishReason } from '../../../contracts/model-backend.js';
import { toWireJson, toWireText, type WireText } from '../../../contracts/wire-text.js';
import { SYSTEM_FINGERPRINT, toCompletionReason } from '../../agents/index.js';
import { answersOf, type FollowedLog } from '../../generation/index.js';
import type { AdmittedCall } from '../call.js';

/** The `chat.completion` or `text_completion` document. Text is copied as it came. */
export function toWholeAnswer(
  { body }: AdmittedCall,
  generation: FollowedLog,
  finishReasons: readonly FinishReason[],
  reasoningField: string,
): WireText {
  const { head, usage, log } = generation;
  const isChat = body.kind === 'chat';
  const choices = answersOf(log, head.choices).map((answer, index) =>
    isChat
      ? chatChoice(index, toMessage(answer, reasoningField), finishReasons[index]!)
      : textChoice(index, toWireText(echoed(body.dto, index)) + answer.text, finishReasons[index]!),
  );
  return (
    `{"id":"${head.id}","object":"${isChat ? 'chat.completion' : 'text_completion'}","created":${head.created},` +
    `"model":${toWireJson(head.model)},"choices":[${choices.join(',')}],"usage":${JSON.stringify(toUsageDto(usage))},` +
    `"service_tier":"default","system_fingerprint":"${SYSTEM_FINGERPRINT}"}`
  );
}

const chatChoice = (index: number, message: string, reason: FinishReason): string =>
  `{"index":${index},"message":${message},"logprobs":null,"finish_reason":"${reason}"}`;

const textChoice = (index: number, text: WireText, reason: FinishReason): string =>
  `{"text":"${text}","index":${index},"logprobs":null,"finish_reason":"${toCompletionReason(reason)}"}`;

function toMessage({ text, refusal, reasoning, toolCalls }: AnswerRecord, reasoningField: string): WireText {
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
    (calls === undefined ? '}' : `,"tool_calls":${toWireJson(calls)}}`)
  );
}

function echoed(
  { echo, prompt, n }: { echo?: boolean | null; prompt?: string | string[]; n?: number | null },
  choice: number,
): string {
  if (echo !== true || prompt === undefined) return '';
  return typeof prompt === 'string' ? prompt : (prompt[Math.floor(choice / (n ?? 1))] ?? '');
}
