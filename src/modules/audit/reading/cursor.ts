import { toRowId } from './row-id.js';

/** What a list is made of. A cursor of one is none of another. */
export type CursorKind = 'conversation' | 'message';

/** Where the next page begins. It names a row, so rows that are added do not move it. */
export const toCursor = (kind: CursorKind, id: number): string =>
  Buffer.from(`${kind}:${id}`).toString('base64url');

/** The id that a cursor names; undefined when it is not one of ours. */
export function fromCursor(kind: CursorKind, cursor: string): number | undefined {
  const [named, id = ''] = Buffer.from(cursor, 'base64url').toString('latin1').split(':');
  const found = named === kind ? toRowId(id) : undefined;
  return found !== undefined && toCursor(kind, found) === cursor ? found : undefined;
}
