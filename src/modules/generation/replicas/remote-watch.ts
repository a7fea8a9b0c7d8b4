import type { FollowedLog, GenerationReader } from '../followed-log.js';

/** After this long without a word the watcher is taken to have left. */
const PATIENCE_MS = 10_000;

/** Stands for the readers on another replica: while they say so, somebody wants the answer. */
export class RemoteWatch implements GenerationReader {
  position = 0;
  readonly blocked = false;
  readonly bufferSize = Number.MAX_SAFE_INTEGER;
  private readonly timer: NodeJS.Timeout;

  constructor(
    source: FollowedLog,
    private readonly onEnd: () => void,
  ) {
    this.timer = setTimeout(() => source.detach(this, 'client_gone'), PATIENCE_MS).unref();
    source.attach(this);
  }

  /** The watcher is still there. */
  renew(): void {
    this.timer.refresh();
  }

  pump(): void {
    // The mirror reads for it.
  }

  close(): void {
    clearTimeout(this.timer);
    this.onEnd();
  }
}
