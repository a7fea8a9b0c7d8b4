import { Injectable } from '@nestjs/common';
import type { StreamingProfile, TextWindow, WindowEdge } from '../../../contracts/streaming-profile.js';

/** Trades delay for fewer writes: after the first piece, what comes within the flush deadline goes in one frame. */
@Injectable()
export class SmoothProfile implements StreamingProfile {
  readonly name = 'smooth';
  readonly defaults = { chunkSize: 64, timeoutMs: 600_000, bufferSize: 500, flushMs: 200 };

  cut(_window: TextWindow, from: number, to: number, chunkSize: number, edge: WindowEdge): number {
    if (edge === 'open' && to - from < chunkSize) return from;
    return Math.min(to, from + chunkSize);
  }
}
