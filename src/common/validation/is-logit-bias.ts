import { ValidateBy, type ValidationOptions } from 'class-validator';

const MOST = 100;

/** Numbers by the ids of tokens. */
export const IsLogitBias = (options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isLogitBias',
      validator: {
        validate: (value: unknown) =>
          typeof value === 'object' &&
          value !== null &&
          !Array.isArray(value) &&
          Object.values(value).every(isBias),
        defaultMessage: () => `logit_bias must be an object of numbers from -${MOST} to ${MOST}`,
      },
    },
    options,
  );

const isBias = (value: unknown): boolean => typeof value === 'number' && Math.abs(value) <= MOST;
