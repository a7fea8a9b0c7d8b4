import type { ChatMessage, GenerationRequest } from '../../contracts/generation-request.js';
import { countWords } from './pieces.js';

/** What the user said last; of a completion the prompt. Empty when the user said nothing. */
export function toQuestion({ input }: GenerationRequest): string {
  if (input.kind === 'prompt') return input.prompt;
  return toPlainText(input.messages.findLast(({ role }) => role === 'user')?.content ?? null);
}

/** One for each word of the prompt, and one for its end. */
export function countPromptTokens({ input }: GenerationRequest): number {
  const texts =
    input.kind === 'prompt'
      ? [input.prompt, input.suffix ?? '']
      : input.messages.map(({ content }) => toPlainText(content));
  return texts.reduce((tokens, text) => tokens + countWords(text), 1);
}

function toPlainText(content: ChatMessage['content']): string {
  if (content === null || typeof content === 'string') return content ?? '';
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}
