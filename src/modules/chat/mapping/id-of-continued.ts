import type { MessageDto } from '../dto/message.dto.js';

const LONGEST_ID = 255;

/**
 * The UI message that an answer goes on with: an assistant's at the end of the list, such as one whose tools the page
 * has run. By another name than its own the page would show it twice (AI SDK, `getResponseUIMessageId`).
 */
export function idOfContinued(messages: readonly MessageDto[]): string | undefined {
  const { role, parts, id } = messages.at(-1)!;
  if (role !== 'assistant' || !parts) return undefined;
  return typeof id === 'string' && id !== '' && id.length <= LONGEST_ID ? id : undefined;
}
