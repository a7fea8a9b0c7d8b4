import { createHash } from 'node:crypto';
import type { ChatMessage, ContentPart } from '../../../contracts/generation-request.js';
import type { BeginRecord } from '../../../contracts/journal.js';
import { toWireJson, type WireText } from '../../../contracts/wire-text.js';
import { cutText } from './storable-text.js';

type Input = BeginRecord['inputs'][number];

const TITLE_CHARACTERS = 80;

/** What was asked, as rows of `messages`. */
export const toRequestMessages = ({ inputs }: BeginRecord, createdAt: string): WireText[] =>
  inputs.flatMap((input) => toInputMessages(input, createdAt));

/**
 * How many of the messages repeat what a named conversation already holds: all up to the model's last answer. Of a
 * conversation without a name none does.
 */
export function historyOf({ session, inputs }: BeginRecord): number {
  const [input] = inputs;
  if (session === undefined || input?.kind !== 'chat') return 0;
  return input.messages.findLastIndex(({ role }) => role === 'assistant') + 1;
}

/** How the conversation is called: the beginning of what the user said first. */
export function titleOf(input: Input): string | null {
  if (input.kind === 'embedding') return null;
  const text = input.kind === 'prompt' ? input.prompt : firstUserText(input.messages);
  const title = cutText(text.trimStart(), TITLE_CHARACTERS);
  return title === '' ? null : title;
}

function toInputMessages(input: Input, createdAt: string): WireText[] {
  if (input.kind === 'embedding')
    return [toRow('user', { content: '', metadata: { sha256: input.sha256 } }, createdAt)];
  if (input.kind === 'prompt')
    return [toRow('user', { content: input.prompt, metadata: { suffix: input.suffix } }, createdAt)];
  return input.messages.map(({ role, content, name, toolCalls, toolCallId }) =>
    toRow(role, toContent(content, { name, tool_calls: toolCalls, tool_call_id: toolCallId }), createdAt),
  );
}

const toRow = (
  role: string,
  { content, metadata }: ReturnType<typeof toContent>,
  createdAt: string,
): WireText =>
  `{"role":"${role}","content":${toWireJson(content)},"metadata":${toWireJson(metadata)},"created_at":"${createdAt}"}`;

function firstUserText(messages: readonly ChatMessage[]): string {
  const content = messages.find(({ role }) => role === 'user')?.content ?? '';
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function toContent(
  content: ChatMessage['content'],
  metadata: Record<string, unknown>,
): { content: string; metadata: Record<string, unknown> } {
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
