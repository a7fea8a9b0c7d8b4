import type { DatabaseConfig, PostgresConfig } from './app-config.js';
import { ConfigError } from './config-error.js';
import type { Env, EnvKey } from './env.js';
import { host, port, withoutCredentials } from './network-parsers.js';
import { decimal, name, text, wholeNumber } from './parser.js';
import { isSampleSecret } from './sample-secrets.js';
import type { Secrets } from './secrets.js';
import type { Decision, Sources } from './sources.js';
import { toMs } from './to-ms.js';
import type { YamlSection } from './yaml-section.js';

/** PostgreSQL where one is named, else the embedded one. */
export function toDatabaseConfig(
  { environment, env, yaml, secrets }: Sources,
  dataDir: string,
): Decision<DatabaseConfig> {
  const fromYaml = readDatabaseSection(yaml.section('database'));
  const address = env.DATABASE_URL
    ? fromUrl(env.DATABASE_URL, env, secrets)
    : fromParts(env, fromYaml, secrets);
  if (!address) {
    refuseLonely(env, secrets);
    const directory = `${dataDir}/postgres`;
    return {
      config: { kind: 'embedded', directory },
      choice: `database: embedded PostgreSQL in ${directory} (neither DATABASE_URL nor DATABASE_HOST is set)`,
    };
  }
  const password = decodeURIComponent(address.url.password);
  if (environment === 'production' && password !== '' && isSampleSecret(password)) {
    throw new ConfigError(
      'The database password is a known sample; set DATABASE_PASSWORD, or the one in DATABASE_URL, to one of your own',
    );
  }
  return {
    config: { kind: 'postgres', url: address.url.href, ...fromYaml.pool },
    choice: `database: PostgreSQL at ${withoutCredentials(address.url.href)} (${address.origin})`,
  };
}

interface Address {
  readonly url: URL;
  /** The key that named it. */
  readonly origin: string;
}

/** All keys are read at once, also those that the environment outranks. */
function readDatabaseSection(database: YamlSection) {
  const seconds = decimal(0.001, 86_400);
  const poolMax = database.read('pool_size', wholeNumber(1, 1000)) ?? 10;
  const poolMin = database.read('pool_min', wholeNumber(0, 1000)) ?? Math.min(5, poolMax);
  if (poolMin > poolMax)
    throw new ConfigError(`${database.label('pool_min')} is larger than database.pool_size`);
  const pool: Omit<PostgresConfig, 'kind' | 'url'> = {
    poolMax,
    poolMin,
    acquireTimeoutMs: toMs(database.read('pool_timeout', seconds) ?? 1),
    statementTimeoutMs: toMs(database.read('command_timeout', seconds) ?? 2),
    recycleMs: toMs(database.read('pool_recycle', seconds) ?? 3600),
  };
  // Accepted because installed files have it: `pool_size` is the ceiling, nothing goes beyond it.
  database.read('max_overflow', wholeNumber(0, 1000));
  return {
    pool,
    hostLabel: database.label('host'),
    host: database.read('host', host),
    port: database.read('port', port),
    database: database.read('database', text),
    user: database.read('user', text),
    password: database.read('password', text),
    passwordSecretName: database.read('password_secret_name', name),
  };
}

function fromUrl(databaseUrl: string, env: Env, secrets: Secrets): Address {
  const url = new URL(databaseUrl);
  const parts: readonly [EnvKey, string | number | undefined, string | number][] = [
    ['DATABASE_HOST', env.DATABASE_HOST, url.hostname.replace(/^\[|\]$/g, '')],
    ['DATABASE_PORT', env.DATABASE_PORT, url.port === '' ? 5432 : Number(url.port)],
    ['DATABASE_NAME', env.DATABASE_NAME, decodeURIComponent(url.pathname.slice(1))],
    ['DATABASE_USER', env.DATABASE_USER, decodeURIComponent(url.username)],
  ];
  const differing = parts.find(([, value, inUrl]) => value !== undefined && value !== inUrl);
  if (differing) throw new ConfigError(`DATABASE_URL and ${differing[0]} disagree; set only one of them`);

  const password = secrets.findInEnvironment('DATABASE_PASSWORD');
  if (password && url.password !== '' && decodeURIComponent(url.password) !== password.value) {
    throw new ConfigError(`DATABASE_URL and ${password.origin} disagree; set only one of them`);
  }
  if (password) url.password = encodeURIComponent(password.value);
  return { url, origin: 'DATABASE_URL' };
}

function fromParts(
  env: Env,
  fromYaml: ReturnType<typeof readDatabaseSection>,
  secrets: Secrets,
): Address | undefined {
  const hostname = env.DATABASE_HOST ?? fromYaml.host;
  if (hostname === undefined) return undefined;
  const secret =
    secrets.findInEnvironment('DATABASE_PASSWORD') ??
    secrets.find(fromYaml.passwordSecretName ?? 'DATABASE_PASSWORD');
  const url = new URL('postgresql://host');
  url.hostname = hostname.includes(':') ? `[${hostname}]` : hostname;
  url.port = String(env.DATABASE_PORT ?? fromYaml.port ?? 5432);
  url.username = encodeURIComponent(env.DATABASE_USER ?? fromYaml.user ?? 'citadel');
  url.password = encodeURIComponent(secret?.value ?? fromYaml.password ?? '');
  url.pathname = encodeURIComponent(env.DATABASE_NAME ?? fromYaml.database ?? 'citadel_gateway');
  return { url, origin: env.DATABASE_HOST ? 'DATABASE_HOST' : fromYaml.hostLabel };
}

/** Someone who names a user or a password believes that there is a server. */
function refuseLonely(env: Env, secrets: Secrets): void {
  const keys = ['DATABASE_PORT', 'DATABASE_NAME', 'DATABASE_USER'] as const;
  const lonely =
    keys.find((key) => env[key] !== undefined) ?? secrets.findInEnvironment('DATABASE_PASSWORD')?.origin;
  if (lonely)
    throw new ConfigError(`${lonely} is set, but neither DATABASE_URL nor DATABASE_HOST names a database`);
}
