import type { KeyObject } from 'node:crypto';
import type { Role } from '../contracts/principal.js';
import type { LimitsConfig, PriceSettings } from './limits-config.js';
import type { RoutingConfig } from './routing-config.js';

/** The one typed tree of settings. Unions instead of optional halves: what is not configured says so by its kind. */
export interface AppConfig {
  readonly environment: Environment;
  readonly project: { readonly name: string; readonly version: string; readonly debug: boolean };
  readonly logLevel: LogLevel;
  /** State of this installation: embedded database, lock, spool. */
  readonly dataDir: string;
  readonly http: HttpConfig;
  readonly identity: IdentityConfig;
  readonly database: DatabaseConfig;
  readonly redis: RedisConfig;
  readonly vectorDb: VectorDbConfig;
  readonly audit: AuditConfig;
  readonly mail: MailConfig;
  readonly upstream: UpstreamConfig;
  readonly streams: StreamsConfig;
  readonly streaming: StreamingConfig;
  readonly alerts: readonly AlertRule[];
  readonly responseCache: ResponseCacheConfig;
  readonly storedResponses: StoredResponsesConfig;
  readonly routing: RoutingConfig;
  readonly oauth: OAuthConfig;
  /** Refuse new work when the event loop or the heap is at its limit. */
  readonly loadShed: boolean;
  readonly limits: LimitsConfig;
  /** The first that fits counts. */
  readonly prices: readonly PriceSettings[];
  /** One line each for the start-up log: what was chosen and why. Never a secret. */
  readonly choices: readonly string[];
}

/** The injection token; import it as a value where it is injected. */
export const AppConfig = Symbol('AppConfig');

export type Environment = 'development' | 'test' | 'production';
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  /** Further plain listeners onto the same handler. */
  readonly extraPorts: readonly number[];
  readonly maxBodyBytes: number;
  /** On chat and completion routes, which carry images. */
  readonly maxChatBodyBytes: number;
  /** `https://host[:port]`; `:*` stands for any port and for none, a lone `*` for any origin. */
  readonly corsOrigins: readonly string[];
  /** Names under which sockets may be opened, besides addresses and localhost; a lone `*` for any. */
  readonly allowedHosts: readonly string[];
  /** CIDR ranges whose callers need no credential on `net` routes. */
  readonly trustedNetworks: readonly string[];
  readonly authRequireAll: boolean;
  /** Bound for non-streaming requests; undefined leaves the profile's deadline alone. */
  readonly requestTimeoutMs: number | undefined;
  /** After SIGTERM, how long running streams may go on. */
  readonly drainTimeoutMs: number;
}

/** Who is believed, and by what. */
export interface IdentityConfig {
  /** The address under which the gateway is known: who its tokens are from. */
  readonly issuer: string;
  /** For whom tokens must be. */
  readonly audience: string;
  /** Signs what is issued here; the key in the file is made at the first start. */
  readonly signing:
    | { readonly kind: 'given'; readonly privateKey: KeyObject }
    | { readonly kind: 'file'; readonly file: string };
  /** Public keys that still verify what they once signed. */
  readonly retiredKeys: readonly KeyObject[];
  /** With which others sign tokens for this gateway, by HS256. */
  readonly sharedSecrets: readonly string[];
  /** The one of these for tokens of development; never in production. */
  readonly developmentSecret: string | undefined;
  /** Whether a device that is registered by mail makes a user where nobody has the address. */
  readonly deviceSignUp: boolean;
  /** Wrong credentials of one address, before it has to wait. */
  readonly failuresPerMinute: number;
}

export type DatabaseConfig = EmbeddedDatabaseConfig | PostgresConfig;

export interface EmbeddedDatabaseConfig {
  readonly kind: 'embedded';
  readonly directory: string;
}

export interface PostgresConfig {
  readonly kind: 'postgres';
  readonly url: string;
  readonly poolMax: number;
  readonly poolMin: number;
  readonly acquireTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly recycleMs: number;
}

export type RedisConfig =
  | { readonly kind: 'memory' }
  | {
      readonly kind: 'redis';
      readonly url: string;
      readonly connectTimeoutMs: number;
      readonly commandTimeoutMs: number;
    };

/** An outside vector store, where one is named. */
export type VectorDbConfig =
  | { readonly kind: 'none' }
  | { readonly kind: 'qdrant'; readonly host: string; readonly port: number; readonly apiKey?: string };

export interface AuditConfig {
  /**
   * `required`: what cannot be put on record is refused. `best_effort`: it is served, and counted as lost. `off`: nothing
   * is put on record.
   */
  readonly mode: 'required' | 'best_effort' | 'off';
  /** For what is not yet in the database. */
  readonly spoolDirectory: string;
  readonly spoolMaxBytes: number;
  /** Ed25519, PKCS#8 in PEM; made at the first start. */
  readonly signingKeyFile: string;
  readonly checkpointDirectory: string;
  readonly checkpointEveryMs: number;
  /** Entries older than this are taken away, and a tombstone says so. Undefined keeps everything. */
  readonly retentionMs: number | undefined;
}

/** How mails leave. `log`: they do not, and the log shows them. `none`: what needs mail is refused. */
export type MailConfig =
  | { readonly kind: 'none' }
  | { readonly kind: 'log'; readonly from: string }
  | {
      readonly kind: 'smtp';
      readonly from: string;
      readonly host: string;
      readonly port: number;
      /** `implicit`: from the first byte. `required`: by STARTTLS, or nothing is sent. `offered`: where the server has it. */
      readonly tls: 'implicit' | 'required' | 'offered';
      readonly login?: { readonly user: string; readonly password: string };
    };

/** Of each model server. */
export interface UpstreamConfig {
  readonly connectTimeoutMs: number;
  readonly firstTokenTimeoutMs: number;
  /** Silence in the middle of an answer. */
  readonly idleTimeoutMs: number;
  /** How many connections to it stay open that carry nothing. */
  readonly keptConnections: number;
  /** The `Via` of each request to it. What comes in with the same has gone round. */
  readonly via: string;
}

export interface StreamsConfig {
  readonly maxStreams: number;
  /** How long a finished log can still be read. */
  readonly resumeTtlMs: number;
  /** All finished logs together. */
  readonly logMaxBytes: number;
  readonly enterpriseStream: 'allow' | 'ignore' | 'reject';
  readonly reasoningField: 'reasoning_content' | 'reasoning';
  /** Most tokens of an answer where neither the caller nor the agent says it; `none` leaves it to the model. */
  readonly defaultMaxTokens: number | 'none';
  /** Whether token frames say the text so far, or only what is new. */
  readonly frameText: 'so_far' | 'delta';
}

/** WebSocket, Socket.IO, and the channels below /streaming. */
export interface StreamingConfig {
  /** Where its clients expect it. The gateway listens there when it is one of its ports. */
  readonly port: number;
  /** Of the unit or container, for those who write it: without effect on the process. */
  readonly memoryGb: number;
  readonly cpuCores: number;
  readonly websocket: {
    readonly enabled: boolean;
    /** Over all endpoints, those of Socket.IO included. */
    readonly maxConnections: number;
    /** Of these, by one caller with a credential. */
    readonly maxConnectionsPerCaller: number;
    readonly heartbeatMs: number;
    readonly maxMessageBytes: number;
    readonly maxMessagesPerSecond: number;
    /** Of messages above 1 KiB. */
    readonly compression: boolean;
  };
  /** Below /streaming/sse. */
  readonly sse: {
    readonly enabled: boolean;
    readonly maxConnections: number;
    /** Of these, by one caller with a credential. */
    readonly maxConnectionsPerCaller: number;
    readonly retryMs: number;
    readonly keepAliveMs: number;
    /** Of metrics, status and alerts, for clients that take it. Answers are not compressed: their pieces are small. */
    readonly compression: boolean;
  };
  /** What is offered. */
  readonly channels: {
    readonly chat: boolean;
    readonly metrics: boolean;
    readonly alerts: boolean;
    readonly status: boolean;
  };
  /** Of metrics, status and alerts; chat follows its profiles. */
  readonly broadcasts: {
    /** What may wait for one client. */
    readonly bufferBytes: number;
    readonly flushMs: number;
    readonly batchSize: number;
  };
  readonly connections: {
    readonly firstMessageTimeoutMs: number;
    readonly cleanupMs: number;
    readonly maxIdleMs: number;
  };
  readonly monitoring: {
    readonly gateway: string | undefined;
    readonly metricsServer: string | undefined;
    readonly customMetrics: string | undefined;
  };
}

/** When subscribers are told that something is wrong. */
export interface AlertRule {
  readonly name: string;
  readonly signal:
    | 'error_rate'
    | 'first_token_p95_seconds'
    | 'dependencies_down'
    | 'audit_pending'
    | 'audit_lag_seconds'
    | 'audit_spool_bytes';
  readonly above: number;
  /** For so long, before it counts. */
  readonly forMs: number;
  readonly severity: 'warning' | 'critical';
}

/** Whole answers that are kept to be given again. */
export interface ResponseCacheConfig {
  /** `deterministic`: only what was asked without randomness, by a temperature of 0 or with a seed. */
  readonly mode: 'on' | 'deterministic' | 'off';
  readonly ttlMs: number;
}

/** Responses that can be read again. */
export interface StoredResponsesConfig {
  /** How long after their end. None is kept longer than finished answers are where it is 0. */
  readonly ttlMs: number;
}

/** The authorization server. */
export interface OAuthConfig {
  readonly accessTokenTtlS: number;
  /** Of each refresh token; a new one is given with every use. */
  readonly refreshTokenTtlS: number;
  /** How long a browser stays logged in. */
  readonly sessionTtlS: number;
  /** Whether anybody may register a client. */
  readonly registration: boolean;
  /** Whether there is somebody to try it out with. */
  readonly demo: boolean;
  readonly clients: readonly OAuthClientSettings[];
}

export interface OAuthClientSettings {
  readonly id: string;
  /** Shown to whom it asks. */
  readonly name: string;
  /** Whose users it may ask. */
  readonly tenant: string;
  /** Of what it does in its own name. */
  readonly role: Role;
  /** SHA-256 of its secret, in base64url; undefined for a public client. */
  readonly secretHash: string | undefined;
  readonly redirectUris: readonly string[];
  readonly grants: readonly ('authorization_code' | 'refresh_token' | 'client_credentials' | 'device_code')[];
  readonly scopes: readonly string[];
}
