import { lengthOfFrame, mayBeginFrame, readFrame, type ReadFrame } from './spool-frame.js';

/** A frame, with where it was found behind how many that are not whole. */
export interface FoundFrame extends ReadFrame {
  readonly offset: number;
  readonly passed: number;
}

/** The first whole frame from a position on; undefined where none follows: what is there was torn. */
export function findFrame(bytes: Buffer, from: number): FoundFrame | undefined {
  let offset: number | undefined = from;
  for (let passed = 0; offset !== undefined; passed += 1) {
    const frame = readFrame(bytes, offset);
    if (frame !== undefined) return { ...frame, offset, passed };
    offset = offsetBehind(bytes, offset);
  }
  return undefined;
}

/** Where a damaged frame says that it ends, if another one begins there; otherwise where the next whole one does. */
function offsetBehind(bytes: Buffer, damaged: number): number | undefined {
  const announced = damaged + (lengthOfFrame(bytes, damaged) ?? 0);
  if (announced > damaged && mayBeginFrame(bytes, announced)) return announced;
  for (let offset = damaged + 1; offset < bytes.length; offset++)
    if (mayBeginFrame(bytes, offset) && readFrame(bytes, offset) !== undefined) return offset;
  return undefined;
}
