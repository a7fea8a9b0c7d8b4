import { ValidateBy } from 'class-validator';

/** A rule of our own for one field, told to who breaks it as `<field> must <rule>`. `dto` is what the field is in. */
export const must = (
  rule: string,
  isMet: (value: unknown, dto: Record<string, unknown>) => boolean,
): PropertyDecorator =>
  mustHaveNoFault((value, dto) => (isMet(value, dto) ? undefined : `$property must ${rule}`));

/** A rule that says itself what is wrong with a value, if something is. */
export const mustHaveNoFault = (
  faultOf: (value: unknown, dto: Record<string, unknown>) => string | undefined,
): PropertyDecorator =>
  ValidateBy({
    // Kinds are checked before sizes, and are known by this beginning.
    name: 'isMet',
    validator: {
      validate: (value: unknown, context) => faultOf(value, dtoOf(context!)) === undefined,
      defaultMessage: (context) => faultOf(context!.value, dtoOf(context!))!,
    },
  });

const dtoOf = ({ object }: { object: object }) => object as Record<string, unknown>;
