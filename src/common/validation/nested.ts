import { ValidateNested } from 'class-validator';

const NESTED = Symbol('nested');

export interface NestedOptions {
  /** The property is a list of such objects. */
  readonly each?: boolean;
}

/** The property is an object, or a list of objects, of a DTO class of its own. */
export const Nested =
  (dto: new () => object, { each = false }: NestedOptions = {}): PropertyDecorator =>
  (target, property) => {
    ValidateNested({ each })(target, property);
    Reflect.defineMetadata(NESTED, dto, target, property);
  };

/** The DTO class of a property, when it has one. */
export const nestedDtoOf = (dto: new () => object, property: string): (new () => object) | undefined =>
  Reflect.getMetadata(NESTED, dto.prototype as object, property) as (new () => object) | undefined;
