import { GatewayError } from '../../../common/errors/gateway.error.js';
import { CompiledDto, type DtoClass } from '../../../common/validation/compiled-dto.js';

/** Throws for a value that is not what this DTO says; `path` is where it stands in the body. */
export function requireDto<Dto extends object>(
  dto: DtoClass & (new () => Dto),
  value: object,
  path: string,
): Dto {
  const fault = CompiledDto.of(dto).faultOf(value, path);
  if (fault === undefined) return value as Dto;
  const { param, message, isMissing } = fault;
  throw new GatewayError(isMissing ? 'invalid_request' : 'invalid_value', message, { param });
}

/** Throws for anything but an object whose `type`, if it has one, is a text. */
export function requireTyped(value: unknown, path: string): { readonly type?: string | null } {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new GatewayError('invalid_value', `${path} must be an object`, { param: path });
  const { type } = value as { type?: unknown };
  if (type === undefined || type === null || typeof type === 'string') return value;
  throw new GatewayError('invalid_value', `${path}.type must be a string`, { param: `${path}.type` });
}

/** Of a type that this gateway does not know. */
export const unsupportedType = (what: string, type: string | null | undefined, path: string): GatewayError =>
  type === undefined || type === null
    ? new GatewayError('invalid_request', `${path}.type is required`, { param: `${path}.type` })
    : new GatewayError(
        'unsupported_parameter',
        `${path}: ${what} of type '${type.slice(0, 64)}' are not supported`,
        { param: `${path}.type` },
      );
