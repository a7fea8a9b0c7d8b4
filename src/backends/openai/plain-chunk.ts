import { flat } from '../../contracts/wire-text.js';
import { endOfJsonString } from '../shared/json-string.js';
import { findOnlyPiece, parseChunk, type Piece } from './chunk.js';

/** Put in a piece's place to see whether it is read back from there. */
const PROBE = 'citadel';

const KEY = /"(?:content|text|reasoning_content|reasoning|refusal)"\s*:\s*"/g;

/** So many places of a line are tried: a hostile one has thousands. */
const MAX_TRIES = 8;

/**
 * How one server spells an event that carries nothing but a piece, learned from such an event: what stands before and
 * after the piece is the same for the whole stream. JSON that differs from it in this one string only means the same
 * but for the piece, so that the piece can be cut out and nothing needs to be parsed.
 */
export class PlainChunk {
  /** How many pieces were cut out by it. */
  hits = 0;
  /** Where the piece begins. */
  readonly start: number;

  private constructor(
    readonly kind: Piece['kind'],
    private readonly before: string,
    private readonly after: string,
  ) {
    this.start = before.length;
  }

  /** Learns from a `data` line that was read as this piece and nothing else; undefined when its place is not certain. */
  static learn(line: string, { kind, text }: Piece): PlainChunk | undefined {
    if (text === PROBE) return undefined;
    let tries = 0;
    for (const { index, 0: key } of line.matchAll(KEY)) {
      if (tries++ === MAX_TRIES) break;
      const start = index + key.length;
      const end = endOfJsonString(line, start);
      if (end === -1) continue;
      const [before, after] = [flat(line.slice(0, start)), flat(line.slice(end))];
      const probed = findOnlyPiece(parseChunk(dataOf(before + PROBE + after)) ?? {});
      if (probed?.kind === kind && probed.text === PROBE) return new PlainChunk(kind, before, after);
    }
    return undefined;
  }

  /** Where the piece of this line ends, or -1 when the line is spelled differently. */
  endOfPiece(line: string): number {
    // Comparing slices is thrice as fast as `startsWith` for texts of this length.
    if (line.slice(0, this.start) !== this.before) return -1;
    const end = endOfJsonString(line, this.start);
    if (end === -1 || line.slice(end) !== this.after) return -1;
    this.hits += 1;
    return end;
  }
}

/** The value of a `data` line. JSON does not mind the space that may follow the colon. */
const dataOf = (line: string): string => line.slice(line.indexOf(':') + 1);
