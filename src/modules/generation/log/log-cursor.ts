import type { TextWindow } from '../../../contracts/streaming-profile.js';
import type { GenerationLog } from './generation-log.js';

/** Random access for one reader. Keeps the block it reads in, so that a sealed segment is split once. */
export class LogCursor implements TextWindow {
  private block: readonly string[] = [];
  private start = 0;
  private isTail = false;

  constructor(private readonly log: GenerationLog) {}

  piece(position: number): string {
    const start = this.log.blockStart(position);
    // The tail is replaced when it is sealed, so it is never kept.
    if (start !== this.start || this.isTail || this.block.length === 0) {
      this.block = this.log.block(position);
      this.start = start;
      this.isTail = start === this.log.blockStart(this.log.count);
    }
    return this.block[position - start]!;
  }

  /** Lets go of the tail between two turns: it will be sealed and must not be kept alive twice. */
  release(): void {
    if (this.isTail) this.block = [];
  }
}
