export interface Wakeable {
  /** Held by the waker. */
  awake: boolean;
  pump(): void;
}

/**
 * Gives readers their turn once per turn of the event loop. Upstream chunks arrive one by one, also when one read
 * brought many; deferring the turn to after all reads makes one write of them.
 */
export class Wake {
  private marked: Wakeable[] = [];

  mark(target: Wakeable): void {
    if (target.awake) return;
    target.awake = true;
    if (this.marked.push(target) === 1) setImmediate(this.run);
  }

  private readonly run = (): void => {
    const turn = this.marked;
    this.marked = [];
    for (const target of turn) {
      target.awake = false;
      try {
        target.pump();
      } catch (error) {
        // A fault of ours ends the process, but not the turn of the others.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  };
}

export const wake = new Wake();
