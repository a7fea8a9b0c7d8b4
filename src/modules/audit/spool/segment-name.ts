import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { SEGMENT_SUFFIX } from './spool-slot.js';

/** In the order of time, whichever process wrote it. */
export const segmentName = (number: number): string =>
  `${String(Date.now()).padStart(15, '0')}-${String(number).padStart(6, '0')}-${randomUUID().slice(0, 8)}${SEGMENT_SUFFIX}`;

/** When the file was made, in ms of the Unix epoch. */
export const timeOfSegment = (path: string): number => Number.parseInt(basename(path), 10);
