import pg from 'pg';

/**
 * A connection whose queries end in bounded time on our side too, when the server is frozen and its own time-out never
 * comes. `pg` then reports the error but keeps the connection, behind whose unanswered query every later one would wait.
 */
export class BoundedClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const query = this.query.bind(this) as (...args: unknown[]) => unknown;
    this.query = ((...args: unknown[]) => {
      const result = query(...args);
      if (result instanceof Promise) result.catch((error: unknown) => this.giveUpAfter(error));
      return result;
    }) as typeof this.query;
  }

  /** Lets queries take as long as they need until the work is done. */
  async unbounded<T>(work: () => Promise<T>): Promise<T> {
    const { connectionParameters } = this as unknown as { connectionParameters: { query_timeout?: number } };
    const bound = connectionParameters.query_timeout;
    connectionParameters.query_timeout = undefined;
    try {
      return await work();
    } finally {
      connectionParameters.query_timeout = bound;
    }
  }

  private giveUpAfter(error: unknown): void {
    if ((error as Error).message === 'Query read timeout') this.connection.stream.destroy();
  }
}
