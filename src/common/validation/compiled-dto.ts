import {
  getMetadataStorage,
  type ValidationArguments,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { nestedDtoOf } from './nested.js';
import { takesOnlyKnownFields } from './only-known-fields.js';

export type DtoClass = new () => object;

/** What is wrong with a body, and where. */
export interface Fault {
  /** In the caller's spelling, such as `messages[0].role`. */
  readonly param: string;
  readonly message: string;
  readonly isMissing: boolean;
}

interface Check {
  readonly name: string;
  readonly constraint: ValidatorConstraintInterface;
  readonly constraints: unknown[];
  readonly message: string | undefined;
  /** Whether it is said of each element of a list. */
  readonly each: boolean;
}

interface Field {
  readonly name: string;
  readonly isOptional: boolean;
  readonly checks: readonly Check[];
  readonly nested: CompiledDto | undefined;
}

/**
 * What class-validator's decorators say of a DTO class, worked out once. Checking a body then walks a table in place of
 * the library's general machinery, which costs a request more than all the rest of the gateway.
 */
export class CompiledDto {
  private static readonly compiled = new Map<DtoClass, CompiledDto>();
  private readonly fields: readonly Field[];

  private constructor(private readonly dto: DtoClass) {
    const names = new Set<string>();
    const metadata = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
    for (const { propertyName } of metadata) names.add(propertyName);
    this.fields = [...names].map((name) => {
      const own = metadata.filter(({ propertyName }) => propertyName === name);
      const nested = nestedDtoOf(dto, name);
      return {
        name,
        isOptional: own.some(({ type }) => type === 'conditionalValidation'),
        checks: own.flatMap((each) => toCheck(each, dto)).sort(typesFirst),
        nested: nested === undefined ? undefined : CompiledDto.of(nested),
      };
    });
  }

  static of(dto: DtoClass): CompiledDto {
    let compiled = this.compiled.get(dto);
    if (compiled === undefined) this.compiled.set(dto, (compiled = new CompiledDto(dto)));
    return compiled;
  }

  /** What the body has and the DTO does not take, where that matters. */
  unknownFieldOf(body: object): string | undefined {
    if (!takesOnlyKnownFields(this.dto)) return undefined;
    return Object.keys(body).find((name) => !this.names.includes(name));
  }

  /** What the body has and the DTO does not know, also within fields that have fields: by their paths, of a list as of one. */
  unknownPathsOf(body: object): ReadonlySet<string> {
    const found = new Set<string>();
    this.lookForUnknown(body, '', found);
    return found;
  }

  /** The names of its fields, in the order in which the DTO declares them. */
  get names(): readonly string[] {
    return this.fields.map(({ name }) => name);
  }

  /** The first fault, in the order in which the DTO declares its fields. */
  faultOf(body: object, path = ''): Fault | undefined {
    for (const field of this.fields) {
      const value = (body as Record<string, unknown>)[field.name];
      if (field.isOptional && (value === undefined || value === null)) continue;
      const fault = this.faultOfField(field, value, body, path === '' ? field.name : `${path}.${field.name}`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  private lookForUnknown(value: unknown, path: string, found: Set<string>): void {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) return value.forEach((element) => this.lookForUnknown(element, path, found));
    for (const [name, inner] of Object.entries(value)) {
      const field = this.fields.find((each) => each.name === name);
      if (field === undefined) found.add(`${path}${name}`);
      else field.nested?.lookForUnknown(inner, `${path}${name}.`, found);
    }
  }

  private faultOfField(field: Field, value: unknown, object: object, param: string): Fault | undefined {
    for (const check of field.checks) {
      const { constraint, constraints, message } = check;
      const context = { value, constraints, object, property: field.name, targetName: this.dto.name };
      if (passes(check, context)) continue;
      if (value === undefined) return { param, message: `${param} is required`, isMissing: true };
      const template = message ?? constraint.defaultMessage?.(context) ?? '$property is not valid';
      return { param, message: fillIn(template, param, field.name, constraints), isMissing: false };
    }
    if (field.nested === undefined) return undefined;
    if (!Array.isArray(value)) return faultOfObject(field.nested, value, param);
    for (let i = 0; i < value.length; i++) {
      const fault = faultOfObject(field.nested, value[i], `${param}[${i}]`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
}

type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

function passes({ constraint, each }: Check, context: ValidationArguments): boolean {
  const { value } = context as { value: unknown };
  if (!each) return constraint.validate(value, context) === true;
  return Array.isArray(value) && value.every((element) => constraint.validate(element, context) === true);
}

function toCheck(
  { type, constraintCls, constraints, message, name, each }: Metadata,
  dto: DtoClass,
): Check[] {
  if (type === 'conditionalValidation' || type === 'nestedValidation') return [];
  if (typeof message === 'function')
    throw new Error(`${dto.name}: messages made by functions are not supported.`);
  return getMetadataStorage()
    .getTargetValidatorConstraints(constraintCls)
    .map(({ instance }) => ({
      name: name ?? '',
      constraint: instance,
      constraints: constraints ?? [],
      message,
      each,
    }));
}

/** What a value should have been is said before what its elements should have been, and both before how large it may be. */
const typesFirst = (a: Check, b: Check): number => toRank(a) - toRank(b);

const toRank = ({ name, each }: Check): number => (!name.startsWith('is') ? 2 : each ? 1 : 0);

function faultOfObject(dto: CompiledDto, value: unknown, param: string): Fault | undefined {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return dto.faultOf(value, param);
  return { param, message: `${param} must be an object`, isMissing: false };
}

/** The library's templates name the property and their constraints; custom ones write the property's name out. */
function fillIn(template: string, param: string, property: string, constraints: readonly unknown[]): string {
  const filled = template.replace(/\$constraint(\d+)/g, (_, n: string) => {
    const constraint = constraints[Number(n) - 1];
    return Array.isArray(constraint) ? constraint.join(', ') : String(constraint);
  });
  return filled.includes('$property')
    ? filled.replaceAll('$property', param)
    : filled.replace(property, param);
}
