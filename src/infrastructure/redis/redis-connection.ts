import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Redis } from 'ioredis';
import { AppConfig, type RedisConfig } from '../../config/index.js';
import { describeRedisError } from './describe-redis-error.js';
import { infoField } from './info-field.js';
import { isTooOld, LEAST_VERSION } from './least-version.js';
import { afterTime, inTime, NoAnswerInTimeError } from './in-time.js';

const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 500;
/** A listener hears of a server that is gone from its system only. */
const LISTENER_KEEP_ALIVE_MS = 10_000;
/** A server that does not answer does not say goodbye either. */
const GOODBYE_MS = 100;

/** Redis is away, and whoever asks learns it at once. */
export class RedisAwayError extends Error {
  override readonly name = 'RedisAwayError';
}

/** The one connection to Redis, where one is configured. It comes and goes by itself; nobody ever waits for it. */
@Injectable()
export class RedisConnection implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(RedisConnection.name);
  private readonly client: Redis | undefined;
  private told: 'ready' | 'away' | undefined;
  private failure: string | undefined;
  private lastReadyAt = Infinity;
  private lastRunId = '';
  private closed = false;
  private readonly returns: (() => void)[] = [];
  /** A connection that was given up may be called ready until it is closed. */
  private givenUp = false;
  private readonly answerMs: number;

  constructor(@Inject(AppConfig) { redis }: Pick<AppConfig, 'redis'>) {
    this.answerMs = redis.kind === 'redis' ? redis.commandTimeoutMs : 0;
    this.client = redis.kind === 'redis' ? this.create(redis) : undefined;
  }

  /** Whether a Redis is configured at all. */
  get configured(): boolean {
    return this.client !== undefined;
  }

  get ready(): boolean {
    return this.client?.status === 'ready' && !this.givenUp;
  }

  /** Since when it is there, or was when it was last, in ms of the process's clock. */
  get readyAt(): number {
    return this.lastReadyAt;
  }

  /** Which start of which server it is, so that one that came back with less is told from one that stayed; empty while unknown. */
  get runId(): string {
    return this.lastRunId;
  }

  /** Why it is away, as far as that is known. */
  get lastFailure(): string {
    return this.failure ?? 'not connected yet';
  }

  /**
   * Runs commands. Rejects at once while Redis is away. A server that stopped to answer costs one time-out and not one
   * per caller: the connection is given up with it.
   */
  async run<T>(use: (client: Redis) => Promise<T>): Promise<T> {
    const { client } = this;
    if (client === undefined || !this.ready) throw new RedisAwayError(this.lastFailure);
    try {
      return await inTime(use(client), this.answerMs);
    } catch (error) {
      if (this.ready && error instanceof NoAnswerInTimeError) this.giveUp(client, error);
      throw error;
    }
  }

  /** Calls each time Redis is back that was away. */
  onReturn(call: () => void): void {
    this.returns.push(call);
  }

  /**
   * A connection of its own that only listens; undefined without a Redis. It comes back by itself, and has to be told again
   * then what to listen to.
   */
  listener(): Redis | undefined {
    const listener = this.client?.duplicate({
      enableOfflineQueue: true,
      maxRetriesPerRequest: null,
      autoResubscribe: false,
      keepAlive: LISTENER_KEEP_ALIVE_MS,
    });
    // What is wrong with Redis is told by the first connection.
    listener?.on('error', () => undefined);
    return listener;
  }

  onModuleInit(): void {
    // The start does not wait; what goes wrong comes as an event.
    this.client?.connect().catch(() => undefined);
  }

  onApplicationShutdown(): void {
    this.closed = true;
    this.client?.disconnect();
  }

  private create({ url, connectTimeoutMs }: Extract<RedisConfig, { kind: 'redis' }>): Redis {
    const client = new Redis(url, {
      lazyConnect: true,
      connectTimeout: connectTimeoutMs,
      disconnectTimeout: GOODBYE_MS,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 1,
      retryStrategy: (attempt) => Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), MAX_RETRY_MS),
    });
    client.on('error', (error: Error) => {
      // It would go on in database 0.
      if (isConnected(client) && isAboutDatabase(error)) this.giveUp(client, error);
      else this.away(error);
    });
    let stopWaiting = (): void => undefined;
    // A server that froze takes connections, and says nothing on them.
    client.on('connect', () => {
      const isLate = () => this.giveUp(client, new NoAnswerInTimeError(this.answerMs));
      stopWaiting = afterTime(this.answerMs, isLate);
    });
    client.on('close', () => {
      stopWaiting();
      this.givenUp = false;
      this.away();
    });
    client.on('ready', () => {
      stopWaiting();
      this.back();
    });
    return client;
  }

  private giveUp(client: Redis, error: unknown): void {
    if (this.givenUp || this.closed) return;
    this.away(error);
    this.givenUp = true;
    client.disconnect(true);
  }

  private away(error?: unknown): void {
    // What follows from giving up says nothing new.
    if (this.givenUp) return;
    if (error !== undefined) this.failure = describeRedisError(error);
    else this.failure ??= 'connection closed';
    if (this.closed || this.told === 'away') return;
    this.told = 'away';
    this.logger.warn(`Redis is away, the gateway goes on without: ${this.lastFailure}`);
  }

  private back(): void {
    if (this.givenUp) return;
    this.lastReadyAt = performance.now();
    this.lastRunId = '';
    this.failure = undefined;
    if (this.told === 'ready') return;
    const wasAway = this.told === 'away';
    this.told = 'ready';
    this.logger.log('Redis is ready');
    void this.lookAtServer();
    if (wasAway) for (const call of this.returns) call();
  }

  /** What an old one lacks fails later, command by command. */
  private async lookAtServer(): Promise<void> {
    const info = await this.run((client) => client.info('server')).catch(() => '');
    this.lastRunId = infoField(info, 'run_id');
    const version = infoField(info, 'redis_version');
    if (isTooOld(version))
      this.logger.error(
        `Redis ${version} is too old: tickets, and streams of other replicas, need ${LEAST_VERSION} or later`,
      );
  }
}

const isConnected = ({ status }: Redis): boolean => status === 'connect' || status === 'ready';

const isAboutDatabase = (error: Error): boolean =>
  (error as { command?: { name?: unknown } }).command?.name === 'select';
