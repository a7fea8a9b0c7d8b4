import type pg from 'pg';
import { SESSION_SETTINGS } from './app-role.js';
import { BoundedClient } from './bounded-client.js';

/**
 * A connection whose statements do not wait for one another's answers (pipelining): the server runs them in the order in
 * which they came, each as a transaction of its own. Opened when it is first needed, and again after it broke; what was on
 * its way then is rejected.
 */
export class PipelinedConnection {
  private client: Promise<BoundedClient> | undefined;
  private isClosed = false;

  constructor(private readonly options: pg.ClientConfig) {}

  /** Runs a statement that is prepared once, under its name. */
  async run<Row extends object>(name: string, text: string, values: readonly unknown[]): Promise<Row[]> {
    if (this.isClosed) throw new Error('the connection is closed');
    const client = await (this.client ??= this.open());
    const { rows } = await client.query<Row>({ name, text, values: [...values] });
    return rows;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const client = await this.client?.catch(() => undefined);
    await client?.end().catch(() => undefined);
  }

  private open(): Promise<BoundedClient> {
    const client = new BoundedClient({ ...this.options, pipeline: true });
    const opened = this.begin(client);
    const forget = () => {
      if (this.client === opened) this.client = undefined;
    };
    // Whoever waits for an answer hears of it.
    client.on('error', forget);
    client.on('end', forget);
    opened.catch(forget);
    return opened;
  }

  private async begin(client: BoundedClient): Promise<BoundedClient> {
    try {
      await client.connect();
      await client.query(SESSION_SETTINGS);
      return client;
    } catch (error) {
      void client.end().catch(() => undefined);
      throw error;
    }
  }
}
