import type { ClientBase, PoolConfig } from 'pg';
import type { DataSourceOptions } from 'typeorm';
import type { DatabaseConfig, PostgresConfig } from '../../config/index.js';
import { SESSION_SETTINGS } from './app-role.js';
import { BoundedClient } from './bounded-client.js';
import { EmbeddedPostgres } from './embedded/embedded-postgres.js';
import { MIGRATIONS } from './migrations/index.js';
import { UTC_TYPES } from './utc-timestamps.js';

/** The server's own time-out comes first where the server still answers: after this share of the time. */
const SERVER_SHARE = 0.95;
/** A connection cut by a firewall is noticed after this and a few probes. */
const KEEP_ALIVE_AFTER_MS = 30_000;
/** One session for all: waiting for it is part of the work. */
const EMBEDDED_ACQUIRE_TIMEOUT_MS = 10_000;

/** The pool waits for `onConnect`, which its types do not know. */
type AwaitingPoolConfig = Omit<PoolConfig, 'onConnect'> & {
  readonly onConnect: (client: ClientBase) => Promise<unknown>;
};

type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;

/** What a GatewayDataSource is made of. */
export type GatewayDataSourceOptions = PostgresOptions & { readonly embedded?: EmbeddedPostgres };

export interface DataSourceExtras {
  readonly entities?: PostgresOptions['entities'];
  /** Hears of idle connections that broke. The pool has replaced them by then. */
  readonly onPoolError?: (error: Error) => void;
}

/** A server and the embedded one alike, but for the socket and the bounds. */
export function toDataSourceOptions(
  config: DatabaseConfig,
  { entities = [], onPoolError = () => undefined }: DataSourceExtras = {},
): GatewayDataSourceOptions {
  const embedded = config.kind === 'embedded' ? new EmbeddedPostgres(config.directory) : undefined;
  return {
    type: 'postgres',
    embedded,
    entities,
    migrations: MIGRATIONS,
    extra: {
      ...(config.kind === 'postgres' ? toServerPool(config) : toEmbeddedPool(embedded)),
      Client: BoundedClient,
      types: UTC_TYPES,
      onConnect: (client) => client.query(SESSION_SETTINGS),
      application_name: 'citadel-gateway',
    } satisfies AwaitingPoolConfig,
    poolErrorHandler: onPoolError,
    // It would print parameters, which are conversations. Whoever asks the database logs what went wrong.
    logging: false,
    // Extensions are the business of migrations.
    installExtensions: false,
  };
}

const toServerPool = (config: PostgresConfig): PoolConfig => ({
  connectionString: config.url,
  max: config.poolMax,
  min: config.poolMin,
  maxLifetimeSeconds: config.recycleMs / 1000,
  connectionTimeoutMillis: config.acquireTimeoutMs,
  statement_timeout: Math.ceil(config.statementTimeoutMs * SERVER_SHARE),
  query_timeout: config.statementTimeoutMs,
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
});

const toEmbeddedPool = (embedded: EmbeddedPostgres | undefined): PoolConfig => ({
  stream: () => embedded?.stream(),
  user: 'postgres',
  database: 'postgres',
  max: 1,
  min: 1,
  connectionTimeoutMillis: EMBEDDED_ACQUIRE_TIMEOUT_MS,
});
