import { createHash } from 'node:crypto';
import type { ChatMessage, ContentPart } from '../../../contracts/generation-request.js';
import type { BeginRecord } from '../../../contracts/journal.js';
import { cutText } from './storable-text.js';

type Input = BeginRecord['inputs'][number];

const TITLE_CHARACTERS = 80;

/** One thing that was asked. */
export interface RequestMessage {
  readonly role: string;
  readonly content: string;
  /** JSON. */
  readonly metadata: string;
}

/** What was asked, as it is written into `messages`. */
export const toRequestMessages = ({ inputs }: BeginRecord): RequestMessage[] =>
  inputs.flatMap(toInputMessages);

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

function toInputMessages(input: Input): RequestMessage[] {
  if (input.kind === 'embedding')
    return [{ role: 'user', content: '', metadata: JSON.stringify({ sha256: input.sha256 }) }];
  if (input.kind === 'prompt')
    return [{ role: 'user', content: input.prompt, metadata: JSON.stringify({ suffix: input.suffix }) }];
  return input.messages.map(toRequestMessage);
}

function toRequestMessage(message: ChatMessage): RequestMessage {
  const { role, content, reasoning, name, toolCalls, toolCallId } = message;
  const parts = content !== null && typeof content !== 'string' ? true : undefined;
  const metadata = JSON.stringify({
    name,
    reasoning,
    tool_calls: toolCalls,
    tool_call_id: toolCallId,
    parts,
  });
  return { role, content: contentOf(content), metadata };
}

function contentOf(content: ChatMessage['content']): string {
  if (content === null) return '';
  return typeof content === 'string' ? content : JSON.stringify(content.map(toPart));
}

function firstUserText(messages: readonly ChatMessage[]): string {
  const content = messages.find(({ role }) => role === 'user')?.content ?? '';
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** Images are not kept, but can be recognised. */
function toPart(part: ContentPart): unknown {
  if (part.type === 'text') return part;
  const bytes = Buffer.from(part.base64, 'base64');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { type: 'image', media_type: part.mediaType, bytes: bytes.length, sha256 };
}
