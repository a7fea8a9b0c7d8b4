import type { MessageDto } from '../../chat/index.js';

/** What byte-pair vocabularies give on average for text and code alike. */
const BYTES_PER_TOKEN = 4;
/** Roles and borders. */
const TOKENS_PER_MESSAGE = 4;
/** A small picture; models differ widely. */
const TOKENS_PER_IMAGE = 85;

/** About how many tokens a model would read. Only its own vocabulary could tell. */
export function estimateTokens(messages: readonly MessageDto[], tools: readonly unknown[]): number {
  const said = messages.reduce((sum, message) => sum + TOKENS_PER_MESSAGE + ofMessage(message), 0);
  return said + tools.reduce<number>((sum, tool) => sum + ofText(JSON.stringify(tool)), 0);
}

function ofMessage({ content, tool_calls }: MessageDto): number {
  const calls = (tool_calls ?? []).reduce(
    (sum, { function: { name, arguments: args } }) => sum + ofText(name + args),
    0,
  );
  if (content === null) return calls;
  if (typeof content === 'string') return calls + ofText(content);
  return content.reduce((sum, part) => {
    if (part.type === 'image_url') return sum + TOKENS_PER_IMAGE;
    return sum + ofText(part.type === 'text' ? part.text : part.refusal);
  }, calls);
}

const ofText = (text: string): number => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
