import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { GatewayError } from '../errors/gateway.error.js';
import { CompiledDto, type DtoClass } from './compiled-dto.js';
import { requireBounded } from './require-bounded.js';

/** So much is repeated of a name that somebody made up. */
const LONGEST_NAME = 64;

/**
 * Lets a body or a query pass that is what its DTO says, or tells which field is wrong and why. Unknown fields are left
 * alone, unless the DTO says `OnlyKnownFields`.
 */
@Injectable()
export class RequestValidationPipe implements PipeTransform {
  transform(value: unknown, { type, metatype, data }: ArgumentMetadata): unknown {
    if ((type !== 'body' && type !== 'query') || metatype === undefined || data !== undefined) return value;
    if (metatype === Object) return value;
    const dto = CompiledDto.of(metatype as DtoClass);
    // Who has nothing to say need not send an empty object.
    if (value === undefined && dto.faultOf({}) === undefined) return {};
    const body = requireObject(value);
    if (type === 'body') requireBounded(body);
    const unknown = dto.unknownFieldOf(body);
    if (unknown !== undefined) throw notTaken(unknown, dto.names);
    const fault = dto.faultOf(body);
    if (fault === undefined) return body;
    const { param, message, isMissing } = fault;
    throw new GatewayError(isMissing ? 'invalid_request' : 'invalid_value', message, { param });
  }
}

function notTaken(field: string, known: readonly string[]): GatewayError {
  const param = field.slice(0, LONGEST_NAME);
  return new GatewayError('unsupported_parameter', `${param} is not taken here; ${known.join(', ')} are.`, {
    param,
  });
}

/** Throws for a body that is missing or anything but a JSON object. */
export function requireObject(value: unknown): object {
  if (value === undefined)
    throw new GatewayError('invalid_json', 'The body is empty; a JSON object is expected.');
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new GatewayError('invalid_request', 'The body must be a JSON object.');
}
