import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError, type ValidatorOptions } from 'class-validator';
import { GatewayError } from '../errors/gateway.error.js';
import { requireBounded } from './require-bounded.js';

const OPTIONS: ValidatorOptions = { forbidUnknownValues: false, validationError: { target: false } };

/** Turns a body into its DTO, or says which field is wrong and why. Unknown fields are left alone. */
@Injectable()
export class RequestValidationPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (type !== 'body' || metatype === undefined || metatype === Object) return value;
    const body = requireObject(value);
    requireBounded(body);
    const dto = plainToInstance(metatype as new () => object, body);
    const [first] = validateSync(dto, OPTIONS);
    if (first !== undefined) throw toGatewayError(first);
    return dto;
  }
}

/** Throws for a body that is missing or anything but a JSON object. */
export function requireObject(value: unknown): object {
  if (value === undefined)
    throw new GatewayError('invalid_json', 'The body is empty; a JSON object is expected.');
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new GatewayError('invalid_request', 'The body must be a JSON object.');
}

function toGatewayError(error: ValidationError): GatewayError {
  let param = error.property;
  let deepest = error;
  while (deepest.constraints === undefined && deepest.children?.[0] !== undefined) {
    deepest = deepest.children[0];
    param += /^\d+$/.test(deepest.property) ? `[${deepest.property}]` : `.${deepest.property}`;
  }
  if (deepest.value === undefined)
    return new GatewayError('invalid_request', `${param} is required`, { param });
  return new GatewayError('invalid_value', toMessage(deepest).replace(deepest.property, param), { param });
}

/** What the value should have been goes before how large it may be. */
function toMessage({ property, constraints = {} }: ValidationError): string {
  const [first = `${property} is not valid`] = Object.values(constraints);
  const ofType = Object.keys(constraints).find((name) => name.startsWith('is'));
  return ofType === undefined ? first : constraints[ofType]!;
}
