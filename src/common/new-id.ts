import { randomUUID } from 'node:crypto';

/** An id in the form of OpenAI's: what it is of, and 32 hexadecimal digits that nobody guesses. */
export const newId = (prefix: string): string => prefix + randomUUID().replaceAll('-', '');
