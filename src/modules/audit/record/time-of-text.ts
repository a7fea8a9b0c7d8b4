import type { WireText } from '../../../contracts/wire-text.js';

/** What stands behind the words of the caller is unmistakable: inside of text, quotes are escaped. */
const ENDED_AT = /,"updated_at":"([^"]+)","ended":/;
const CREATED_AT = /,"created_at":"([^"]+)"/;

/** When what the text of a record tells came to its end, or began where it tells no end, in ms of the Unix epoch. */
export function timeOfText(text: WireText): number | undefined {
  const [, time] = ENDED_AT.exec(text) ?? CREATED_AT.exec(text) ?? [];
  const at = Date.parse(time ?? '');
  return Number.isNaN(at) ? undefined : at;
}
