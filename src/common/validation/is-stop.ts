import { ValidateBy, type ValidationOptions } from 'class-validator';

const MOST = 16;
const LONGEST = 256;

/** A stop sequence, or a list of them. */
export const IsStop = (options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isStop',
      validator: {
        validate: (value: unknown) =>
          Array.isArray(value) ? value.length <= MOST && value.every(isSequence) : isSequence(value),
        defaultMessage: () =>
          `stop must be a string of 1 to ${LONGEST} characters, or a list of at most ${MOST} of them`,
      },
    },
    options,
  );

const isSequence = (value: unknown): boolean =>
  typeof value === 'string' && value.length > 0 && value.length <= LONGEST;
