import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { EventBus } from '../../contracts/business-events.js';
import { RedisChannels, RedisConnection } from '../../infrastructure/redis/index.js';
import { MIRROR_RUNNING_TTL_MS, Replicas, replicasUnknown } from '../generation/index.js';
import { KeptResponses, type KeptResponse } from './kept-responses.js';

/** What is larger stays with the replica that made it. */
const MOST_SHARED_BYTES = 4 * 1024 * 1024;
const MOST_MISSED = 10_000;
const CATCH_UP_EVERY_MS = 1_000;
/** Where every replica hears what was deleted. */
const DELETED = 'citadel:responses:deleted';
/** Stands for what was deleted: what comes to be written late finds its place taken. */
const GONE = '';

const keyOf = (tenant: string, id: string): string => `citadel:response:${encodeURIComponent(tenant)}:${id}`;

/**
 * What is kept of responses besides their logs, where other replicas find it: for as long as a mirrored log. What could
 * not be written is written when Redis is back, and what it has forgotten when somebody asks for the log. Without a Redis
 * nothing is shared.
 */
@Injectable()
export class SharedResponses implements OnModuleInit, OnApplicationShutdown {
  private readonly missed = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(AppConfig) private readonly config: Pick<AppConfig, 'streams'>,
    @Inject(RedisConnection) private readonly redis: RedisConnection,
    @Inject(RedisChannels) private readonly channels: RedisChannels,
    @Inject(KeptResponses) private readonly kept: KeptResponses,
    @Inject(EventBus) private readonly events: EventBus,
    @Inject(Replicas) private readonly replicas: Replicas,
  ) {}

  onModuleInit(): void {
    this.events.on('generation-settled', ({ begin }) => this.ended(begin.tenant, begin.id));
    if (!this.redis.configured) return;
    this.channels.listen(DELETED, (id) => this.kept.delete(id));
    this.replicas.onShow((id) => this.share(id));
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** What another replica keeps, or kept. Throws `dependency_unavailable` while that cannot be known. */
  async find(tenant: string, id: string): Promise<KeptResponse | undefined> {
    if (!this.redis.configured) return undefined;
    const json = await this.ask(() => this.redis.run((client) => client.get(keyOf(tenant, id))));
    return json === null || json === GONE ? undefined : (JSON.parse(json) as KeptResponse);
  }

  /** Whether another replica deleted what is kept here, should its message have been lost. No while Redis is away. */
  async wasDeleted(tenant: string, id: string): Promise<boolean> {
    if (!this.redis.ready) return false;
    const json = await this.redis.run((client) => client.get(keyOf(tenant, id))).catch(() => null);
    if (json === GONE) this.kept.delete(id);
    return json === GONE;
  }

  /** Shows the others what is kept here under this id. Resolves when they find it, or will when Redis is back. */
  async share(id: string): Promise<void> {
    if (!this.redis.configured) return;
    await this.write(id).catch(() => this.writeLater(id));
  }

  /** No replica finds it any more. Throws `dependency_unavailable` while they cannot be told; nothing is deleted then. */
  async delete(tenant: string, id: string): Promise<void> {
    if (this.redis.configured)
      await this.ask(async () => {
        await this.redis.run((client) => client.set(keyOf(tenant, id), GONE, 'PX', MIRROR_RUNNING_TTL_MS));
        await this.channels.publish(DELETED, id);
      });
    this.kept.delete(id);
  }

  /** From now on its time counts. */
  private ended(tenant: string, id: string): void {
    if (!this.kept.ended(id) || !this.redis.configured) return;
    const { resumeTtlMs } = this.config.streams;
    this.redis.run((client) => client.pexpire(keyOf(tenant, id), resumeTtlMs)).catch(() => undefined);
  }

  private async write(id: string): Promise<void> {
    const kept = this.kept.slotOf(id);
    if (kept === undefined || kept.json.length > MOST_SHARED_BYTES) return;
    const { tenant, json } = kept;
    await this.redis.run((client) => client.set(keyOf(tenant, id), json, 'PX', MIRROR_RUNNING_TTL_MS, 'NX'));
  }

  private writeLater(id: string): void {
    if (this.missed.size >= MOST_MISSED) return;
    this.missed.add(id);
    this.timer ??= setInterval(() => void this.catchUp(), CATCH_UP_EVERY_MS).unref();
  }

  private async catchUp(): Promise<void> {
    if (!this.redis.ready) return;
    clearInterval(this.timer);
    this.timer = undefined;
    const ids = [...this.missed];
    this.missed.clear();
    for (const id of ids) await this.write(id).catch(() => this.writeLater(id));
  }

  private async ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      throw replicasUnknown(error);
    }
  }
}
