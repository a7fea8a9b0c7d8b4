import type { TextWindow } from '../../../contracts/streaming-profile.js';
import type { GenerationLog } from './generation-log.js';

/** Random access for one reader. Keeps the block it reads in, so that a sealed segment is split once. */
export class LogCursor implements TextWindow {
  private block: readonly string[] = [];
  private blockStart = 0;

  constructor(
    private readonly log: GenerationLog,
    /** Where the text begins that is being read. */
    public start = 0,
  ) {}

  piece(position: number): string {
    const { blockStart } = this;
    if (position >= blockStart && position < blockStart + this.block.length)
      return this.block[position - blockStart]!;
    this.block = this.log.block(position);
    this.blockStart = this.log.blockStart(position);
    return this.block[position - this.blockStart]!;
  }

  /** Lets go of the tail between two turns: it will be sealed and must not be kept alive twice. */
  release(): void {
    if (this.blockStart === this.log.blockStart(this.log.count)) this.block = [];
  }
}
