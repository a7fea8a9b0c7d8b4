/** A text word by word: the first bare, each later one with the whitespace before it. Joined they are the text. */
export const toPieces = (text: string): string[] => text.match(/\s*\S+(?:\s+$)?|^\s+$/g) ?? [];

/** Words between whitespace, as `toPieces` finds them, without making them. */
export function countWords(text: string): number {
  let words = 0;
  let inWord = false;
  for (let at = 0; at < text.length; at += 1) {
    const space = isSpace(text.charCodeAt(at));
    if (!space && !inWord) words += 1;
    inWord = !space;
  }
  return words;
}

const isSpace = (code: number): boolean =>
  code === 32 || (code >= 9 && code <= 13) || (code > 127 && /\s/.test(String.fromCharCode(code)));
