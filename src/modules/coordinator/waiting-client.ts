import type { FastifyReply } from 'fastify';
import { onClientGone } from '../../common/http/on-client-gone.js';
import type { OnGone } from '../streaming/index.js';

/** The client of a workflow. However many answers wait for it, its connection is listened to once. */
export class WaitingClient {
  /** No more is begun for it. */
  isGone = false;
  private readonly leaving = new Set<() => void>();
  private readonly stopListening: () => void;

  constructor(reply: FastifyReply, onGone: () => void) {
    this.stopListening = onClientGone(reply, () => {
      this.isGone = true;
      for (const leave of this.leaving) leave();
      onGone();
    });
  }

  readonly onGone: OnGone = (leave) => {
    this.leaving.add(leave);
    // It left while the answer was about to begin.
    if (this.isGone) queueMicrotask(leave);
    return () => this.leaving.delete(leave);
  };

  /** It is being answered. */
  answered(): void {
    this.stopListening();
  }
}
