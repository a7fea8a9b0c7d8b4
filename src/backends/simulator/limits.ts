import type { Part, Parts } from './part.js';

/** No more than `max` parts; an answer that would have gone on ends with `length`. */
export function* limitTo(max: number, parts: Parts): Parts {
  for (let count = 0; ; count += 1) {
    const next = parts.next();
    if (next.done === true) return next.value;
    if (count >= max) return 'length';
    yield next.value;
  }
}

/**
 * Ends the answer before the first stop sequence in its text. What may yet turn out to begin one is held back, so that
 * no part of it is ever said; the borders of the pieces stay as they are.
 */
export function* untilStop(stops: readonly string[], parts: Parts): Parts {
  const longest = Math.max(0, ...stops.map((stop) => stop.length));
  const held: string[] = [];
  let heldText = '';
  for (;;) {
    const next = parts.next();
    if (next.done === true || next.value.kind !== 'text') {
      yield* held.splice(0).map(toText);
      heldText = '';
      if (next.done === true) return next.value;
      yield next.value;
      continue;
    }
    held.push(next.value.text);
    heldText += next.value.text;
    const stopAt = findStop(heldText, stops);
    if (stopAt !== -1) {
      yield* cut(held, stopAt).map(toText);
      return 'stop';
    }
    for (
      let [first] = held;
      first !== undefined && heldText.length - first.length >= longest - 1;
      [first] = held
    ) {
      held.shift();
      heldText = heldText.slice(first.length);
      yield toText(first);
    }
  }
}

const toText = (text: string): Part => ({ kind: 'text', text });

function findStop(text: string, stops: readonly string[]): number {
  const found = stops.filter((stop) => stop !== '').map((stop) => text.indexOf(stop));
  return found.reduce((first, at) => (at !== -1 && (first === -1 || at < first) ? at : first), -1);
}

/** The first `length` characters of the joined pieces, in the pieces they came in. */
function cut(pieces: readonly string[], length: number): string[] {
  let left = length;
  const kept: string[] = [];
  for (const piece of pieces) {
    if (left <= 0) break;
    kept.push(piece.slice(0, left));
    left -= piece.length;
  }
  return kept;
}
