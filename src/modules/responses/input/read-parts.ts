import { GatewayError } from '../../../common/errors/gateway.error.js';
import { InputImageDto, InputTextDto, RefusalPartDto } from '../dto/input-item.dto.js';
import type { ItemPart } from './input-item.js';
import { requireDto, requireTyped, unsupportedType } from './require-dto.js';

const MOST_PARTS = 256;

export function readParts(sent: readonly unknown[], path: string): ItemPart[] {
  if (sent.length > 0 && sent.length <= MOST_PARTS)
    return sent.map((part, index) => readPart(part, `${path}[${index}]`));
  throw new GatewayError('invalid_value', `${path} must have 1 to ${MOST_PARTS} parts`, { param: path });
}

export function readPart(sent: unknown, path: string): ItemPart {
  const part = requireTyped(sent, path);
  switch (part.type) {
    case 'input_text':
      return { type: 'input_text', text: requireDto(InputTextDto, part, path).text };
    case 'output_text':
      return {
        type: 'output_text',
        text: requireDto(InputTextDto, part, path).text,
        annotations: [],
        logprobs: [],
      };
    case 'refusal':
      return { type: 'refusal', refusal: requireDto(RefusalPartDto, part, path).refusal };
    case 'input_image':
      return readImage(part, path);
    default:
      throw unsupportedType('parts', part.type, path);
  }
}

/** Images travel in the request: there are no uploaded ones to name. */
function readImage(part: object, path: string): ItemPart {
  if ((part as { file_id?: unknown }).file_id != null)
    throw new GatewayError('unsupported_parameter', `${path}.file_id is not supported`, {
      param: `${path}.file_id`,
    });
  const { image_url, detail } = requireDto(InputImageDto, part, path);
  return { type: 'input_image', image_url, detail: detail ?? 'auto' };
}
