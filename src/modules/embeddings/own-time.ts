import type { FastifyReply } from 'fastify';

/** What the gateway adds to the time of an answer: all but the wait for the model. */
export class OwnTime {
  private readonly startedAt: number;
  private askedAt: number | undefined;
  private answeredAt: number | undefined;

  constructor(
    { elapsedTime }: Pick<FastifyReply, 'elapsedTime'>,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.startedAt = now() - elapsedTime;
  }

  asked(): void {
    this.askedAt = this.now();
  }

  answered(): void {
    this.answeredAt = this.now();
  }

  get headers(): Record<string, string> {
    const now = this.now();
    const waited = this.askedAt === undefined ? 0 : (this.answeredAt ?? now) - this.askedAt;
    return { 'x-citadel-overhead-ms': (now - this.startedAt - waited).toFixed(1) };
  }
}
