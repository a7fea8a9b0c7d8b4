import { toUsageDto } from '../../../common/dto/usage.dto.js';
import type { AnswerRecord } from '../../../contracts/journal.js';
import type { FinishReason } from '../../../contracts/model-backend.js';
import { toWireJson, toWireText, type WireText } from '../../../contracts/wire-text.js';
import { SYSTEM_FINGERPRINT, toCompletionReason } from '../../agents/index.js';
import { answersOf, type Generation } from '../../generation/index.js';
import type { AdmittedCall } from '../call.js';

/** The `chat.completion` or `text_completion` document. Text that needs no look is copied as it came. */
export function toWholeAnswer(
  { body }: AdmittedCall,
  generation: Generation,
  finishReasons: readonly FinishReason[],
  reasoningField: string,
): WireText {
  const { head, usage, log } = generation;
  const isChat = body.kind === 'chat';
  const choices =
    isChat && head.choices === 1 && log.tagged === 0
      ? chatChoice(
          0,
          `{"role":"assistant","content":"${log.text()}","refusal":null,"annotations":[]}`,
          finishReasons[0]!,
        )
      : answersOf(log, head.choices)
          .map((answer, index) =>
            isChat
              ? chatChoice(index, toMessage(answer, reasoningField), finishReasons[index]!)
              : textChoice(index, echoed(body.dto, index) + answer.text, finishReasons[index]!),
          )
          .join(',');
  return (
    `{"id":"${head.id}","object":"${isChat ? 'chat.completion' : 'text_completion'}","created":${head.created},` +
    `"model":${toWireJson(head.model)},"choices":[${choices}],"usage":${JSON.stringify(toUsageDto(usage))},` +
    `"service_tier":"default","system_fingerprint":"${SYSTEM_FINGERPRINT}"}`
  );
}

const chatChoice = (index: number, message: string, reason: FinishReason): string =>
  `{"index":${index},"message":${message},"logprobs":null,"finish_reason":"${reason}"}`;

const textChoice = (index: number, text: string, reason: FinishReason): string =>
  `{"text":"${toWireText(text)}","index":${index},"logprobs":null,"finish_reason":"${toCompletionReason(reason)}"}`;

function toMessage({ text, reasoning, toolCalls }: AnswerRecord, reasoningField: string): string {
  return toWireJson({
    role: 'assistant',
    content: text === '' && toolCalls !== undefined ? null : text,
    refusal: null,
    annotations: [],
    ...(reasoning === undefined ? {} : { [reasoningField]: reasoning }),
    ...(toolCalls === undefined
      ? {}
      : {
          tool_calls: toolCalls.map(({ id, name, arguments: args }) => ({
            id,
            type: 'function',
            function: { name, arguments: args },
          })),
        }),
  });
}

function echoed(
  { echo, prompt, n }: { echo?: boolean | null; prompt?: string | string[]; n?: number | null },
  choice: number,
): string {
  if (echo !== true || prompt === undefined) return '';
  return typeof prompt === 'string' ? prompt : (prompt[Math.floor(choice / (n ?? 1))] ?? '');
}
