import { Injectable } from '@nestjs/common';
import type { StreamingProfile, TextWindow } from '../../../contracts/streaming-profile.js';

/** For speech: every piece in a frame of its own unless told otherwise, at once. */
@Injectable()
export class VoiceProfile implements StreamingProfile {
  readonly name = 'voice';
  readonly defaults = { chunkSize: 1, timeoutMs: 30_000, bufferSize: 50, flushMs: 0 };

  cut(_window: TextWindow, from: number, to: number, chunkSize: number): number {
    return Math.min(to, from + chunkSize);
  }
}
