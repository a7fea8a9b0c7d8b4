import { createHash } from 'node:crypto';
import type { ChatMessage, ContentPart } from '../../contracts/generation-request.js';
import type { AnswerRecord, BeginRecord, OutcomeRecord } from '../../contracts/journal.js';
import type { Usage } from '../../contracts/usage.js';
import { cutText } from './storable-text.js';

/** A generation as its rows, in the words of the columns. `undefined` inside of metadata is left out. */
export interface ConversationRow {
  readonly user_id: string;
  readonly model_name: string;
  readonly title: string | null;
  readonly metadata: Record<string, unknown>;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly messages: readonly MessageRow[];
}

export interface MessageRow {
  readonly role: string;
  readonly content: string;
  readonly metadata: Record<string, unknown>;
  readonly created_at: Date;
}

type Input = BeginRecord['inputs'][number];

const NAME_CHARACTERS = 255;
const TITLE_CHARACTERS = 80;

/** All of a generation: what was asked, what came as far as it came, and how it ended. */
export function toConversationRow(record: OutcomeRecord): ConversationRow {
  const { begin, endedAt } = record;
  return {
    user_id: cutText(begin.userId, NAME_CHARACTERS),
    model_name: cutText(begin.model, NAME_CHARACTERS),
    title: toTitle(begin.inputs[0]!),
    metadata: toMetadata(record),
    created_at: begin.createdAt,
    updated_at: endedAt,
    messages: [...toRequestMessages(begin), ...toAnswerMessages(record)],
  };
}

function toTitle(input: Input): string | null {
  const text = input.kind === 'prompt' ? input.prompt : firstUserText(input.messages);
  const title = cutText(text.trimStart(), TITLE_CHARACTERS);
  return title === '' ? null : title;
}

function firstUserText(messages: readonly ChatMessage[]): string {
  const content = messages.find(({ role }) => role === 'user')?.content ?? '';
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function toMetadata(record: OutcomeRecord): Record<string, unknown> {
  const { begin, outcome } = record;
  return {
    generation_id: begin.id,
    request_id: begin.requestId,
    tenant: begin.tenant,
    route: begin.route,
    kind: begin.kind,
    agent: begin.agent,
    profile: begin.profile,
    stream: begin.stream,
    status: outcome.status,
    finish_reasons: outcome.status === 'finished' ? outcome.finishReasons : undefined,
    reason: outcome.status === 'cancelled' ? outcome.reason : undefined,
    error:
      outcome.status === 'failed'
        ? { code: outcome.failure.code, message: outcome.failure.message }
        : undefined,
    backend: record.backend,
    backend_model: record.backendModel,
    attempts: record.attempts,
    usage: toUsage(record.usage),
    generated_pieces: record.generatedPieces,
    delivered_pieces: record.deliveredPieces,
    first_token_ms: record.firstTokenMs,
    duration_ms: record.durationMs,
  };
}

const toUsage = (usage: Usage) => ({
  prompt_tokens: usage.promptTokens,
  completion_tokens: usage.completionTokens,
  cached_tokens: usage.cachedTokens,
  reasoning_tokens: usage.reasoningTokens,
  estimated: usage.estimated,
});

function toRequestMessages({ inputs, createdAt }: BeginRecord): MessageRow[] {
  return inputs.flatMap((input) => toInputMessages(input, createdAt));
}

function toInputMessages(input: Input, createdAt: Date): MessageRow[] {
  if (input.kind === 'prompt') {
    const metadata = { suffix: input.suffix };
    return [{ role: 'user', content: input.prompt, metadata, created_at: createdAt }];
  }
  return input.messages.map(({ role, content, name, toolCalls, toolCallId }) => ({
    role,
    ...toContent(content, { name, tool_calls: toolCalls, tool_call_id: toolCallId }),
    created_at: createdAt,
  }));
}

function toContent(
  content: ChatMessage['content'],
  metadata: Record<string, unknown>,
): Pick<MessageRow, 'content' | 'metadata'> {
  if (content === null) return { content: '', metadata };
  if (typeof content === 'string') return { content, metadata };
  return { content: JSON.stringify(content.map(toPart)), metadata: { ...metadata, parts: true } };
}

/** Images are not kept, but can be recognised. */
function toPart(part: ContentPart): unknown {
  if (part.type === 'text') return part;
  const bytes = Buffer.from(part.base64, 'base64');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { type: 'image', media_type: part.mediaType, bytes: bytes.length, sha256 };
}

function toAnswerMessages({ outcome, answers, endedAt }: OutcomeRecord): MessageRow[] {
  const whole = outcome.status === 'finished';
  return answers().flatMap((answer, choice) => {
    if (!whole && isEmpty(answer)) return [];
    const metadata = {
      choice,
      partial: whole ? undefined : true,
      finish_reason: whole ? outcome.finishReasons[choice] : undefined,
      reasoning: answer.reasoning,
      tool_calls: answer.toolCalls,
    };
    return [{ role: 'assistant', content: answer.text, metadata, created_at: endedAt }];
  });
}

const isEmpty = ({ text, reasoning, toolCalls }: AnswerRecord): boolean =>
  text === '' && !reasoning && !toolCalls?.length;
