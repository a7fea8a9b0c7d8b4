import { IsNumber } from 'class-validator';

/** A number, neither NaN nor infinite. */
export const IsFinite = () => IsNumber({}, { message: '$property must be a number' });
