import { QueryField } from '../../../../common/validation/query-field.js';
import { fromCursor, type CursorKind } from '../cursor.js';
import { toTimestamp } from '../timestamp.js';

export const MOST_ROWS = 200;
export const DEFAULT_ROWS = 50;
const WHOLE_NUMBER = /^[1-9]\d{0,2}$/;

/** A text to look for. */
export const TextField = (description: string, most = 255): PropertyDecorator =>
  QueryField(
    { description, type: String, minLength: 1, maxLength: most },
    (text) => text !== '' && text.length <= most && !text.includes('\0') && text.isWellFormed(),
    `a text of 1 to ${most} characters without U+0000, given once`,
  );

/** A time, as ISO 8601 writes it. */
export const TimeField = (description: string): PropertyDecorator =>
  QueryField(
    { description, type: String, format: 'date-time', example: '2026-07-01T00:00:00Z' },
    (text) => toTimestamp(text) !== undefined,
    'a time such as 2026-07-01T12:00:00Z or a day such as 2026-07-01; a plus sign in it is written %2B',
  );

/** One of a few words. */
export const ChoiceField = (description: string, words: readonly string[]): PropertyDecorator =>
  QueryField({ description, enum: [...words] }, (text) => words.includes(text), `one of ${words.join(', ')}`);

/** How many rows a page has at most. */
export const LimitField = (): PropertyDecorator =>
  QueryField(
    {
      description: 'How many to give at most.',
      type: 'integer',
      minimum: 1,
      maximum: MOST_ROWS,
      default: DEFAULT_ROWS,
    },
    (text) => WHOLE_NUMBER.test(text) && Number(text) <= MOST_ROWS,
    `a whole number from 1 to ${MOST_ROWS}`,
  );

/** Where a page begins. */
export const CursorField = (kind: CursorKind): PropertyDecorator =>
  QueryField(
    { description: 'The `next_cursor` of the page before.', type: String },
    (text) => fromCursor(kind, text) !== undefined,
    'the next_cursor of a page of this list',
  );
