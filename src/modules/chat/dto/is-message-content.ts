import { mustHaveNoFault } from '../../../common/validation/must.js';

const MOST_PARTS = 256;
/** Images travel in the request: nobody may make the gateway fetch an address. */
export const IMAGE_DATA_URL = /^data:(image\/[\w.+-]+);base64,([A-Za-z0-9+/]+={0,2})$/;

export type ContentPartBody =
  | { type: 'text'; text: string }
  | { type: 'refusal'; refusal: string }
  | { type: 'image_url'; image_url: { url: string; detail?: string | null } };

const DETAILS: readonly unknown[] = ['auto', 'low', 'high', 'original', null, undefined];

/** A message's `content`: text, parts, or null for an assistant that called tools. */
export const IsMessageContent = () => mustHaveNoFault(faultOf);

interface MessageLike {
  role?: unknown;
  parts?: unknown;
  tool_calls?: unknown;
}

function faultOf(value: unknown, message: MessageLike): string | undefined {
  if (typeof value === 'string') return undefined;
  if (value === null || value === undefined) {
    if (message.parts !== undefined && message.parts !== null) return undefined;
    return message.role === 'assistant' ? undefined : 'content must be a string or a list of parts';
  }
  if (!Array.isArray(value)) return 'content must be a string or a list of parts';
  if (value.length === 0 || value.length > MOST_PARTS) return `content must have 1 to ${MOST_PARTS} parts`;
  for (const [index, part] of value.entries()) {
    const fault = faultOfPart(part);
    if (fault !== undefined) return `content part ${index}: ${fault}`;
  }
  return undefined;
}

function faultOfPart(part: unknown): string | undefined {
  if (typeof part !== 'object' || part === null) return 'must be an object';
  const { type, text, refusal, image_url } = part as Record<string, unknown>;
  switch (type) {
    case 'text':
      return typeof text === 'string' ? undefined : 'text must be a string';
    case 'refusal':
      return typeof refusal === 'string' ? undefined : 'refusal must be a string';
    case 'image_url': {
      const { url, detail } = (image_url ?? {}) as { url?: unknown; detail?: unknown };
      if (typeof url !== 'string' || !IMAGE_DATA_URL.test(url))
        return 'image_url.url must be a base64 data: URL of an image';
      return DETAILS.includes(detail)
        ? undefined
        : 'image_url.detail must be one of auto, low, high, original';
    }
    case 'input_audio':
    case 'file':
      return `parts of type ${type} are not supported`;
    default:
      return 'type must be one of text, image_url, refusal';
  }
}
