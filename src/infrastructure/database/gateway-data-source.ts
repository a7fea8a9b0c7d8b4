import type pg from 'pg';
import { DataSource } from 'typeorm';
import type { EmbeddedPostgres } from './embedded/embedded-postgres.js';
import { PipelinedConnection } from './pipelined-connection.js';
import type { GatewayDataSourceOptions } from './to-data-source-options.js';

/** For what nobody waits for. It is as long as a statement of the embedded database may take. */
const PATIENCE_MS = 120_000;

/** Last words before the connections close, such as writing out a queue. */
export type BeforeClose = () => Promise<void>;

/** The one DataSource of the gateway. The embedded database, where there is one, lives and dies with it. */
export class GatewayDataSource extends DataSource {
  private readonly embedded: EmbeddedPostgres | undefined;
  private readonly closeHooks: BeforeClose[] = [];
  private pipeline: PipelinedConnection | undefined;
  /** Is there while a statement runs that may take long. */
  private patient: PipelinedConnection | undefined;
  private hasRoles = false;

  constructor(options: GatewayDataSourceOptions) {
    super(options);
    this.embedded = options.embedded;
  }

  /** The pool of connections, once there is one. */
  get pool(): pg.Pool | undefined {
    return (this.driver as unknown as { readonly master?: pg.Pool }).master;
  }

  /** Runs a statement that each connection prepares once, under its name. Rejects while there is no database. */
  async runPrepared<Row extends object>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    if (!this.pool || !this.isInitialized) throw new Error('not connected');
    const { rows } = await this.pool.query<Row>({ name, text, values: [...values] });
    return rows;
  }

  /** The same, in the order in which they are run, and without waiting for the ones before where that can be. */
  async runInOrder<Row extends object>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    if (!this.pool || !this.mayOpenMore) return this.runPrepared(name, text, values);
    this.pipeline ??= new PipelinedConnection(this.pool.options);
    return this.pipeline.run(name, text, values);
  }

  /** The same for a statement that carries more than the server takes in the time of others. One at a time. */
  async runPatiently<Row extends object>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    if (!this.pool || !this.mayOpenMore) return this.runPrepared(name, text, values);
    const patient = new PipelinedConnection({
      ...this.pool.options,
      statement_timeout: PATIENCE_MS,
      query_timeout: PATIENCE_MS,
    });
    this.patient = patient;
    try {
      return await patient.run(name, text, values);
    } finally {
      await patient.close();
      this.patient = undefined;
    }
  }

  /** The embedded database has one session for all. Before there are roles, none could be taken for good. */
  private get mayOpenMore(): boolean {
    return this.embedded === undefined && this.isInitialized && this.hasRoles;
  }

  /** Connections opened from now on take the role of the gateway. */
  rolesPrepared(): void {
    this.hasRoles = true;
  }

  /** Opens the connections that are kept at least, as far as the server gives them, so that no caller waits for one. */
  async openLeast(): Promise<void> {
    const { pool } = this;
    if (!pool) return;
    const opening = Array.from({ length: pool.options.min ?? 0 }, () => pool.connect());
    for (const opened of await Promise.allSettled(opening))
      if (opened.status === 'fulfilled') opened.value.release();
  }

  /** Hooks run one after another, the last one registered first. */
  beforeClose(hook: BeforeClose): void {
    this.closeHooks.unshift(hook);
  }

  /** Hooks that run when all others have, such as those that sum up what these have written. */
  lastBeforeClose(hook: BeforeClose): void {
    this.closeHooks.push(hook);
  }

  override async initialize(): Promise<this> {
    await this.embedded?.open();
    try {
      return await super.initialize();
    } catch (error) {
      // TypeORM forgets a pool whose first questions failed; it would keep its connections.
      if (this.pool) await this.driver.disconnect().catch(() => undefined);
      await this.embedded?.close();
      throw error;
    }
  }

  override async destroy(): Promise<void> {
    for (const hook of this.closeHooks) await hook();
    try {
      await Promise.all([this.pipeline?.close(), this.patient?.close()]);
      await super.destroy();
    } finally {
      await this.embedded?.close();
    }
  }
}
