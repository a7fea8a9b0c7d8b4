import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Principal } from '../../../contracts/principal.js';
import { RedisConnection } from '../../../infrastructure/redis/index.js';
import { INTERRUPTED } from '../interrupted.js';
import { LogCopy } from '../log-copy.js';
import { fromFields, mirrorKey, type MirroredHead, type MirrorRecord } from './mirrored-log.js';

/** How much later than the mirror a copy may be. */
const LOOK_EVERY_MS = 50;
/** Looks between two at whether the replica that runs it is still there, and what it mirrored. */
const LOOKS_PER_VITAL_CHECK = 40;
const RECORDS_PER_READ = 256;

/** A log of another replica that is read here. */
export interface Followed {
  readonly head: MirroredHead;
  readonly copy: LogCopy;
  readonly key: string;
  /** The last record that was read. */
  lastId: string;
}

type RawRecords = [id: Buffer, fields: Buffer[]][];

/** What followers want to know of other replicas. */
export interface ReplicaWatch {
  isAlive(replica: string): Promise<boolean>;
  /** Has a replica mirror a generation anew. False when it says that it has nothing of it any more. */
  showAgain(replica: string, id: string, owner: Principal): Promise<boolean>;
  /** Says that somebody here reads a generation that runs there. */
  sayWatching(replica: string, id: string): void;
}

/** Reads mirrored logs as they grow, all of them in one command at a time, for as long as somebody reads the copies. */
@Injectable()
export class LogFollowers implements OnApplicationShutdown {
  private readonly followed = new Set<Followed>();
  private timer: NodeJS.Timeout | undefined;
  private looks = 0;
  private busy = false;
  watch: ReplicaWatch | undefined;

  constructor(@Inject(RedisConnection) private readonly redis: RedisConnection) {}

  /** The log as far as it is mirrored, one copy for all who read it here; undefined when it is not. Rejects while Redis is away. */
  async open(tenant: string, id: string): Promise<Followed | undefined> {
    const key = mirrorKey(tenant, id);
    for (const followed of this.followed) if (followed.key === key) return followed;
    const records: MirrorRecord[] = [];
    let lastId = '0-0';
    for (;;) {
      const read = (await this.read([[key, lastId]])).get(key);
      if (read === undefined) break;
      for (const [, fields] of read) records.push(fromFields(fields));
      lastId = read.at(-1)![0].toString('latin1');
      if (read.length < RECORDS_PER_READ) break;
    }
    const [first] = records;
    if (first?.kind !== 'head') return undefined;
    const copy = new LogCopy(first.head.head, first.head.backend, (isRead) => {
      if (isRead) this.follow(followed);
      else this.forget(followed);
    });
    const followed: Followed = { head: first.head, copy, key, lastId };
    for (const record of records) take(copy, record);
    return followed;
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** @internal also called by tests in place of the timer */
  async look(): Promise<void> {
    if (this.busy || !this.redis.ready) return;
    this.busy = true;
    try {
      const all = [...this.followed];
      const isVitalCheck = ++this.looks % LOOKS_PER_VITAL_CHECK === 0;
      const lost = isVitalCheck ? await this.findLost(all) : undefined;
      const read = await this.read(oldestByKey(all));
      for (const followed of all) {
        const records = read.get(followed.key);
        if (records !== undefined) this.takeAll(followed, records);
        else if (lost?.has(followed)) this.breakOff(followed);
      }
    } catch {
      // Away. What is missed is read when it is back.
    } finally {
      this.busy = false;
    }
  }

  private takeAll(followed: Followed, records: RawRecords): void {
    const isWhole = records.every(([, fields]) => take(followed.copy, fromFields(fields)));
    // What is missing may stand before: all of it is read again, and passed over as far as it is known.
    followed.lastId = isWhole ? records.at(-1)![0].toString('latin1') : '0-0';
    if (followed.copy.ended) this.forget(followed);
  }

  /** Nothing more will come of it. */
  breakOff(followed: Followed): void {
    followed.copy.finish({ outcome: { status: 'failed', failure: INTERRUPTED }, usage: {}, durationMs: 0 });
    this.forget(followed);
  }

  /** Keeps a copy up to date until it ends or nobody reads it any more. */
  private follow(followed: Followed): void {
    this.followed.add(followed);
    this.sayWatching(followed);
    this.timer ??= setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  private forget(followed: Followed): void {
    this.followed.delete(followed);
    if (this.followed.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Those whose replica is gone, and those that Redis has forgotten and their replica as well. */
  private async findLost(all: readonly Followed[]): Promise<Set<Followed>> {
    const dead = new Set<string>();
    for (const replica of new Set(all.map(({ head }) => head.replica)))
      if ((await this.watch?.isAlive(replica)) === false) dead.add(replica);
    const lost = new Set(all.filter(({ head }) => dead.has(head.replica)));
    const forgotten = (await this.findForgotten(all)).filter((followed) => !lost.has(followed));
    await Promise.all(
      forgotten.map(async (followed) => {
        const { replica, owner } = followed.head;
        if ((await this.watch?.showAgain(replica, followed.copy.id, owner)) === false) lost.add(followed);
      }),
    );
    for (const followed of all) this.sayWatching(followed);
    return lost;
  }

  private async findForgotten(all: readonly Followed[]): Promise<Followed[]> {
    const found = await this.redis.run((client) => Promise.all(all.map(({ key }) => client.exists(key))));
    return all.filter((_, place) => found[place] === 0);
  }

  private sayWatching({ head, copy }: Followed): void {
    if (copy.isWanted) this.watch?.sayWatching(head.replica, copy.id);
  }

  private async read(
    wanted: readonly (readonly [key: string, after: string])[],
  ): Promise<Map<string, RawRecords>> {
    if (wanted.length === 0) return new Map();
    const keys = wanted.map(([key]) => key);
    const ids = wanted.map(([, after]) => after);
    const answer = (await this.redis.run((client) =>
      client.callBuffer('XREAD', 'COUNT', RECORDS_PER_READ, 'STREAMS', ...keys, ...ids),
    )) as [key: Buffer, records: RawRecords][] | null;
    return new Map((answer ?? []).map(([key, records]) => [key.toString('utf8'), records]));
  }
}

/** Copies of one log are read together, from where the one is that is furthest behind. */
function oldestByKey(all: readonly Followed[]): (readonly [key: string, after: string])[] {
  const oldest = new Map<string, string>();
  for (const { key, lastId } of all) {
    const known = oldest.get(key);
    if (known === undefined || isBefore(lastId, known)) oldest.set(key, lastId);
  }
  return [...oldest];
}

/** Ids of a stream are `<ms>-<number>`. */
function isBefore(a: string, b: string): boolean {
  const [aMs, aNumber] = a.split('-').map(Number) as [number, number];
  const [bMs, bNumber] = b.split('-').map(Number) as [number, number];
  return aMs === bMs ? aNumber < bNumber : aMs < bMs;
}

/** What is in the copy already is passed over. False when something is missing before the record. */
function take(copy: LogCopy, record: MirrorRecord): boolean {
  if (record.kind === 'end') copy.finish(record.end);
  if (record.kind !== 'entries') return true;
  const known = copy.log.count - record.from;
  if (known < 0) return false;
  const rest = known === 0 ? record.entries : record.entries.split('\n').slice(known).join('\n');
  if (rest !== '') copy.append(rest);
  return true;
}
