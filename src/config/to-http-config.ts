import { toUrlHost } from '../common/http/url-host.js';
import type { Environment, HttpConfig } from './app-config.js';
import { ConfigError } from './config-error.js';
import { firstSet } from './first-set.js';
import { cidr, host, hostOrAny, isPrivateRange, listenPort, origin, port } from './network-parsers.js';
import { decimal, flag, listOf, wholeNumber } from './parser.js';
import type { Decision, Sources } from './sources.js';
import { toMs } from './to-ms.js';

const MIB = 1024 * 1024;
const LOOPBACK = ['127.0.0.0/8', '::1/128'];
const LOCAL_ORIGINS = ['localhost', '127.0.0.1', '[::1]'].flatMap((name) => [
  `http://${name}:*`,
  `https://${name}:*`,
]);

export function toHttpConfig({ environment, env, yaml }: Sources): Decision<HttpConfig> {
  const service = yaml.section('service');
  const defaultHost = environment === 'production' ? '0.0.0.0' : '127.0.0.1';
  const defaultOrigins = environment === 'development' ? LOCAL_ORIGINS : [];
  const maxBodyBytes = firstSet(
    env.MAX_BODY_BYTES,
    service.read('max_body_bytes', wholeNumber(1)),
    undefined,
  );
  const requestTimeoutS = firstSet(
    env.P8FS_REQUEST_TIMEOUT,
    service.read('request_timeout', decimal(0.001, 86_400)),
    undefined,
  );

  const corsOrigins = firstSet(
    env.P8FS_CORS_ORIGINS,
    service.read('cors_origins', listOf(origin)),
    defaultOrigins,
  );
  const hosts = firstSet(env.ALLOWED_HOSTS, service.read('allowed_hosts', listOf(hostOrAny)), undefined);

  const config: HttpConfig = {
    host: firstSet(env.P8FS_API_HOST, env.HOST, service.read('host', host), defaultHost),
    port: firstSet(env.P8FS_API_PORT, env.PORT, service.read('port', listenPort), 8002),
    extraPorts: firstSet(env.EXTRA_PORTS, service.read('extra_ports', listOf(port)), []),
    maxBodyBytes: maxBodyBytes ?? 4 * MIB,
    maxChatBodyBytes: maxBodyBytes ?? 20 * MIB,
    corsOrigins,
    allowedHosts: toAllowedHosts(hosts, corsOrigins, environment),
    trustedNetworks: firstSet(env.TRUSTED_NETWORKS, service.read('trusted_networks', listOf(cidr)), LOOPBACK),
    authRequireAll: firstSet(env.AUTH_REQUIRE_ALL, service.read('auth_require_all', flag), false),
    requestTimeoutMs: requestTimeoutS === undefined ? undefined : toMs(requestTimeoutS),
    drainTimeoutMs: toMs(firstSet(env.DRAIN_TIMEOUT_S, service.read('drain_timeout', decimal(0, 3600)), 30)),
  };
  if (config.extraPorts.includes(config.port)) {
    throw new ConfigError(
      `EXTRA_PORTS contains ${config.port}, which is the main port already (P8FS_API_PORT or PORT)`,
    );
  }
  const allowsPublic = firstSet(
    env.ALLOW_PUBLIC_TRUST,
    service.read('allow_public_trust', flag),
    environment !== 'production',
  );
  const publicRange = config.trustedNetworks.find((range) => !isPrivateRange(range));
  if (publicRange !== undefined && !allowsPublic) {
    throw new ConfigError(
      `TRUSTED_NETWORKS contains ${publicRange}, which is not private: strangers would need no credential; ` +
        'take it out, or set ALLOW_PUBLIC_TRUST=true',
    );
  }
  return { config, choice: toChoice(config) };
}

/**
 * Under which names pages may call is known from their origins. In production the gateway stands behind a proxy under a
 * name that nobody told it: without a list it takes any, and only the origin tells pages apart.
 */
function toAllowedHosts(
  told: readonly string[] | undefined,
  corsOrigins: readonly string[],
  environment: Environment,
): readonly string[] {
  if (told === undefined && (environment === 'production' || corsOrigins.includes('*'))) return ['*'];
  const ofPages = corsOrigins
    .filter((each) => each !== '*')
    .map((each) => new URL(each.replace(/:\*$/, '')).hostname);
  const names = [...new Set([...(told ?? []), ...ofPages])];
  return names.includes('*') ? ['*'] : names;
}

function toChoice({ host, port, extraPorts, trustedNetworks, authRequireAll }: HttpConfig): string {
  const also = extraPorts.length > 0 ? `, also on ${extraPorts.join(', ')}` : '';
  const trust = authRequireAll
    ? 'every caller needs a credential (AUTH_REQUIRE_ALL is on)'
    : `no credential needed from ${trustedNetworks.join(', ') || 'nowhere'}`;
  return `http: ${toUrlHost(host)}:${port}${also}; ${trust}`;
}
