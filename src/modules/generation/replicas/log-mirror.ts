import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Lifecycle } from '../../../common/lifecycle.js';
import { AppConfig } from '../../../config/index.js';
import { EventBus } from '../../../contracts/business-events.js';
import { RedisConnection } from '../../../infrastructure/redis/index.js';
import type { FinishedGeneration } from '../finished-generations.js';
import type { Generation } from '../generation.js';
import { GenerationRegistry } from '../generation-registry.js';
import { fromFields, MIRROR_RUNNING_TTL_MS, mirrorKey, toFields, type MirrorRecord } from './mirrored-log.js';
import { ReplicaName } from './replica-name.js';

/** How much later than the log its mirror may be. One write for all that came in that time. */
const MIRROR_EVERY_MS = 200;

type Write = readonly [key: string, record: MirrorRecord, ttlMs?: number];

/**
 * Copies the logs of running generations to streams of Redis, off the tokens' path, so that other replicas can read
 * them. What ends before its turn is copied only when somebody asks, or when it ends while this replica stops. While
 * Redis is away nothing waits, and what was missed is written when it is back. What Redis has forgotten, away or not,
 * is written anew with the next copy, or when somebody asks.
 */
@Injectable()
export class LogMirror implements OnModuleInit, OnApplicationShutdown {
  /** Entries in Redis, of each generation that is mirrored. */
  private readonly mirrored = new Map<string, number>();
  /** Those that have ended, and whose end is not in Redis yet. */
  private readonly unfinished = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private busy = false;
  /** When the connection was made that wrote last. */
  private connectedAt: number | undefined;

  constructor(
    @Inject(AppConfig) private readonly config: Pick<AppConfig, 'streams'>,
    @Inject(RedisConnection) private readonly redis: RedisConnection,
    @Inject(GenerationRegistry) private readonly registry: GenerationRegistry,
    @Inject(EventBus) private readonly events: EventBus,
    @Inject(ReplicaName) private readonly name: ReplicaName,
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
  ) {}

  onModuleInit(): void {
    if (!this.redis.configured) return;
    this.timer = setInterval(() => void this.tick(), MIRROR_EVERY_MS).unref();
    this.events.on('generation-settled', ({ begin }) => {
      // Who stops will not be there to be asked.
      if (!this.mirrored.has(begin.id) && !this.lifecycle.draining) return;
      this.unfinished.add(begin.id);
      void this.complete(begin.id).catch(() => undefined);
    });
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Brings a generation's mirror up to date. Resolves to whether there is one to read. */
  async show(id: string): Promise<boolean> {
    this.noteConnection();
    const known = this.registry.running(id) ?? this.registry.kept(id);
    if (known === undefined) return false;
    if (await this.isComplete(mirrorKey(known.owner.tenant, id), id)) return true;
    const generation = this.registry.running(id);
    if (generation === undefined) return this.complete(id);
    await this.write(this.pending(generation));
    return true;
  }

  /** @internal also called by tests in place of the timer */
  async tick(): Promise<void> {
    if (this.busy || !this.redis.ready) return;
    this.busy = true;
    this.noteConnection();
    try {
      await this.write(this.registry.all.flatMap((generation) => this.pending(generation)));
      for (const id of this.unfinished) await this.complete(id);
    } catch {
      // The mirror is behind, and says again what did not arrive.
    } finally {
      this.busy = false;
    }
  }

  /** Whether Redis has a log to its end. One of which it has nothing is to be written anew. */
  private async isComplete(key: string, id: string): Promise<boolean> {
    const [last] = await this.redis.run((client) => client.xrevrangeBuffer(key, '+', '-', 'COUNT', 1));
    if (last === undefined) this.mirrored.delete(id);
    return last !== undefined && fromFields(last[1]).kind === 'end';
  }

  /** Writes what is missing of a generation that has ended, and its end. */
  private async complete(id: string): Promise<boolean> {
    this.noteConnection();
    const finished = this.registry.kept(id);
    const rest = finished && this.rest(finished, this.mirrored.get(id) ?? -1);
    if (rest !== undefined && !(await this.write(rest))) return this.complete(id);
    this.mirrored.delete(id);
    this.unfinished.delete(id);
    return finished !== undefined;
  }

  /** A Redis that was away may have come back empty: everything is written again, and read once. */
  private noteConnection(): void {
    const { readyAt } = this.redis;
    if (this.connectedAt !== undefined && this.connectedAt !== readyAt)
      for (const id of this.mirrored.keys()) this.mirrored.set(id, -1);
    this.connectedAt = readyAt;
  }

  private pending({ id, log, head, owner, begin, backendName }: Generation): Write[] {
    const key = mirrorKey(owner.tenant, id);
    const from = this.mirrored.get(id) ?? -1;
    if (from === log.count) return [];
    const writes: Write[] = [];
    if (from === -1)
      writes.push(this.head(key, { head, owner, profile: begin.profile, backend: backendName }));
    const start = Math.max(from, 0);
    if (log.count > start)
      writes.push([key, { kind: 'entries', from: start, entries: log.from(start).join('\n') }]);
    this.mirrored.set(id, log.count);
    return writes;
  }

  private rest(finished: FinishedGeneration, from: number): Write[] {
    const { head, owner, profile, backend, outcome, usage, durationMs, log, count } = finished;
    const key = mirrorKey(owner.tenant, head.id);
    const ttlMs = this.config.streams.resumeTtlMs;
    const writes: Write[] = [];
    if (from === -1) writes.push(this.head(key, { head, owner, profile, backend }));
    const start = Math.max(from, 0);
    if (count > start) {
      const entries = start === 0 ? log : log.split('\n').slice(start).join('\n');
      writes.push([key, { kind: 'entries', from: start, entries }]);
    }
    writes.push([key, { kind: 'end', end: { outcome, usage, durationMs } }, ttlMs]);
    return writes;
  }

  private head(
    key: string,
    facts: Pick<FinishedGeneration, 'head' | 'owner' | 'profile' | 'backend'>,
  ): Write {
    return [key, { kind: 'head', head: { ...facts, replica: this.name.value } }, MIRROR_RUNNING_TTL_MS];
  }

  /**
   * What could not be written is forgotten as written: the next turn begins where this one did. Only a head begins a
   * stream. False when one was gone: the next turn begins it anew.
   */
  private async write(writes: readonly Write[]): Promise<boolean> {
    if (writes.length === 0) return true;
    try {
      const ids = await this.add(writes);
      const gone = writes.filter((_write, index) => ids[index] === null);
      for (const [key] of gone) this.mirrored.delete(idOf(key));
      return gone.length === 0;
    } catch (error) {
      for (const [key, record] of writes) this.unwritten(key, record);
      throw error;
    }
  }

  /** The ids of the records, null for those whose stream is gone. */
  private add(writes: readonly Write[]): Promise<unknown[]> {
    return this.redis.run(async (client) => {
      const pipeline = client.pipeline();
      for (const [key, record] of writes)
        if (record.kind === 'head') pipeline.xadd(key, '*', ...toFields(record));
        else pipeline.xadd(key, 'NOMKSTREAM', '*', ...toFields(record));
      for (const [key, , ttlMs] of writes) if (ttlMs !== undefined) pipeline.pexpire(key, ttlMs);
      const answers = (await pipeline.exec()) ?? [];
      for (const [error] of answers) if (error !== null) throw error;
      return answers.map(([, answer]) => answer);
    });
  }

  private unwritten(key: string, record: MirrorRecord): void {
    const id = idOf(key);
    const known = this.mirrored.get(id);
    if (known === undefined || record.kind === 'end') return;
    this.mirrored.set(id, Math.min(known, record.kind === 'head' ? -1 : record.from));
  }
}

const idOf = (key: string): string => key.slice(key.lastIndexOf(':') + 1);
