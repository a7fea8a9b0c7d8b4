import { Injectable } from '@nestjs/common';
import type { StreamingProfile, TextWindow } from '../../../contracts/streaming-profile.js';

/** One frame per piece unless told otherwise; never waits, joins at most what has already come. */
@Injectable()
export class GenericProfile implements StreamingProfile {
  readonly name = 'generic';
  readonly defaults = { chunkSize: 1, timeoutMs: 600_000, bufferSize: 500, flushMs: 0 };

  cut(_window: TextWindow, from: number, to: number, chunkSize: number): number {
    return Math.min(to, from + chunkSize);
  }
}
