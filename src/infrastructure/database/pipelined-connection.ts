import type pg from 'pg';
import { SESSION_SETTINGS } from './app-role.js';
import { BoundedClient } from './bounded-client.js';
import { isValueFault } from './is-value-fault.js';

/** A server that does not answer does not say goodbye either. */
const GOODBYE_MS = 500;

/**
 * A connection whose statements do not wait for one another's answers (pipelining): the server runs them in the order in
 * which they came, each as a transaction of its own. Opened when it is first needed, and again after it broke; what was on
 * its way then is rejected.
 */
export class PipelinedConnection {
  private client: Promise<BoundedClient> | undefined;
  private openedAt = 0;
  private isClosed = false;

  constructor(private readonly options: pg.PoolConfig) {}

  /** Runs a statement that is prepared once, under its name. */
  async run<Row extends object>(name: string, text: string, values: readonly unknown[]): Promise<Row[]> {
    if (this.isClosed) throw new Error('the connection is closed');
    if (this.isOld) void this.letGo();
    const current = (this.client ??= this.open());
    try {
      const { rows } = await (await current).query<Row>({ name, text, values: [...values] });
      return rows;
    } catch (error) {
      // It may lead to a server that may not be written to any more.
      if (this.client === current && !isValueFault(error)) void this.letGo();
      throw error;
    }
  }

  /** Resolves in bounded time, also when the server is frozen. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.letGo();
  }

  private get isOld(): boolean {
    const { maxLifetimeSeconds = 0 } = this.options;
    return maxLifetimeSeconds > 0 && performance.now() - this.openedAt > maxLifetimeSeconds * 1000;
  }

  private open(): Promise<BoundedClient> {
    const client = new BoundedClient({ ...this.options, pipeline: true });
    const opened = this.begin(client);
    this.openedAt = performance.now();
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
      void end(client);
      throw error;
    }
  }

  /** What is on its way is answered first. */
  private async letGo(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    const opened = await client?.catch(() => undefined);
    if (opened !== undefined) await end(opened);
  }
}

async function end(client: BoundedClient): Promise<void> {
  const cut = setTimeout(() => client.connection.stream.destroy(), GOODBYE_MS);
  await client.end().catch(() => undefined);
  clearTimeout(cut);
}
