import { mustHaveNoFault } from '../../../common/validation/must.js';
import { IMAGE_DATA_URL } from './is-message-content.js';

const MOST_PARTS = 4096;

/** One part of a UI message. What is only for the page, such as sources and the borders of steps, is passed over. */
export interface UiPart {
  readonly type: string;
  readonly text?: string;
  readonly url?: string;
  readonly toolCallId?: string;
  readonly toolName?: string;
  readonly state?: string;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly errorText?: string;
}

export const isToolPart = ({ type }: UiPart): boolean => type === 'dynamic-tool' || type.startsWith('tool-');

/** A message's `parts`: text, thoughts, images as `data:` URLs, and tools that were called. */
export const IsUiParts = () => mustHaveNoFault(faultOf);

function faultOf(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_PARTS)
    return `parts must be a list of 1 to ${MOST_PARTS} parts`;
  for (const [index, part] of value.entries()) {
    const fault = faultOfPart(part);
    if (fault !== undefined) return `parts ${index}: ${fault}`;
  }
  return undefined;
}

function faultOfPart(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'must be an object';
  const part = value as UiPart;
  if (typeof part.type !== 'string') return 'type must be a string';
  if (part.type === 'text' || part.type === 'reasoning')
    return typeof part.text === 'string' ? undefined : 'text must be a string';
  if (part.type === 'file')
    return typeof part.url === 'string' && IMAGE_DATA_URL.test(part.url)
      ? undefined
      : 'url must be a base64 data: URL of an image';
  if (!isToolPart(part)) return undefined;
  return typeof part.toolCallId === 'string' ? undefined : 'toolCallId must be a string';
}
