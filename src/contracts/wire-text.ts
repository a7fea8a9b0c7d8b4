/**
 * Text in the form in which it crosses the gateway: the inside of a JSON string (escaped, without its quotes),
 * each character being one byte of its UTF-8 encoding. Upstream bytes become this by the `latin1` decoding, and it becomes
 * socket bytes by the `latin1` encoding, and in between it is only ever joined: nothing is decoded per token.
 *
 * It never contains a raw control character, so a newline may separate pieces.
 */
export type WireText = string;

/** Counting bytes is many times faster than a regular expression that looks at each character. */
const isAscii = (text: string): boolean => Buffer.byteLength(text) === text.length;

/** Any JavaScript string as wire text. Lone surrogates keep their JSON escape. */
export const toWireText = (text: string): WireText => toWireBytes(JSON.stringify(text).slice(1, -1));

/** What a reader of the stream sees. Throws a SyntaxError when the text is not the inside of a JSON string. */
export const fromWireText = (wire: WireText): string => JSON.parse(fromWireBytes(`"${wire}"`)) as string;

/** The UTF-8 bytes of characters, one to a character. */
export const toWireBytes = (text: string): string =>
  isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');

/** The characters of UTF-8 bytes that stand one to a character. */
export const fromWireBytes = (wire: string): string =>
  isAscii(wire) ? wire : Buffer.from(wire, 'latin1').toString('utf8');

/**
 * The same text in one piece. V8 keeps a text that was put together, or cut out of another, as a tree: what goes into
 * every frame would be walked through for every frame, and what outlives its source would keep it alive.
 */
export const flat = (wire: WireText): WireText => Buffer.from(wire, 'latin1').toString('latin1');

/** A JSON value as the latin1 characters of its UTF-8 bytes, for frames that are put together from wire text. */
export const toWireJson = (value: unknown): string => toWireBytes(JSON.stringify(value));
