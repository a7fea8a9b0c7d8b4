import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Principal } from '../../../contracts/principal.js';
import { RedisChannels, RedisConnection } from '../../../infrastructure/redis/index.js';
import {
  channelOf,
  EVERYBODY,
  pulseOf,
  type Answer,
  type Message,
  type Owner,
  type Question,
} from './replica-messages.js';
import { ReplicaName } from './replica-name.js';
import { replicasUnknown } from './replicas-unknown.js';

/** A replica that does not answer in this time says nothing. One that is gone does not hear, and nobody waits for it. */
const ANSWER_MS = 1_000;
const PULSE_EVERY_MS = 2_000;
const PULSE_TTL_MS = 6_000;
/** How late a pulse may be when Redis has come back. */
const PULSE_LATE_MS = 200;
/** A Redis that came back may have lost the pulses; after this time each replica has found it, listens and says that it lives. */
const SETTLED_MS = 3_000;

/** What this replica does about what others say. */
export interface ReplicaEars {
  answer(question: Question): Promise<Answer>;
  /** Somebody on another replica reads this generation. */
  watching(id: string): void;
  /** A task has begun on another replica. */
  task(id: string, owner: Owner): void;
}

/** What came back on a question. */
export interface Answers {
  readonly answers: readonly Answer[];
  /** Whether everybody was asked, and said what there was to say. What nobody knows otherwise may be there all the same. */
  readonly isWhole: boolean;
}

interface Pending {
  /** Takes an answer, or the number of those to come. */
  readonly take: (answer: Answer) => void;
}

/** Questions between replicas, and their answers. */
@Injectable()
export class ReplicaTalk implements OnModuleInit, OnApplicationShutdown {
  private readonly pending = new Map<number, Pending>();
  private lastNonce = 0;
  private pulse: NodeJS.Timeout | undefined;
  private lastBeatAt = -Infinity;
  /** Whether it was said that this replica lives. */
  private hasLived = false;
  /** When Redis came back last that had been there before. */
  private returnedAt = -Infinity;
  ears: ReplicaEars | undefined;

  constructor(
    @Inject(RedisConnection) private readonly redis: RedisConnection,
    @Inject(RedisChannels) private readonly channels: RedisChannels,
    @Inject(ReplicaName) private readonly name: ReplicaName,
  ) {}

  onModuleInit(): void {
    if (!this.channels.configured) return;
    for (const channel of [EVERYBODY, channelOf(this.name.value)])
      this.channels.listen(channel, (message) => this.hear(message));
    this.redis.onReturn(() => {
      if (this.hasLived) this.returnedAt = performance.now();
    });
    this.pulse = setInterval(() => void this.beat(), PULSE_LATE_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.pulse);
  }

  /** Every answer that comes, or those until one is enough. Throws `dependency_unavailable` while the others cannot be asked. */
  async ask(
    question: Question,
    isEnough: (answer: Answer) => boolean,
    channel = EVERYBODY,
  ): Promise<Answers> {
    // Nobody's answer would be heard.
    if (!this.channels.listening) throw replicasUnknown(new Error('Redis is just coming back'));
    const nonce = ++this.lastNonce;
    const answers: Answer[] = [];
    let expected = Infinity;
    let done: () => void = () => undefined;
    const heard = new Promise<void>((resolve) => (done = resolve));
    const take = (answer: Answer) => {
      answers.push(answer);
      if (answers.length >= expected || isEnough(answer)) done();
    };
    this.pending.set(nonce, { take });
    const timer = setTimeout(done, ANSWER_MS);
    try {
      const hearers = await this.say(channel, { kind: 'question', from: this.name.value, nonce, question });
      // Of everybody, one is this process.
      expected = channel === EVERYBODY ? hearers - 1 : hearers;
      if (answers.length < expected) await heard;
      const isWhole = this.isSettled && answers.length >= expected && !answers.some(({ failed }) => failed);
      return { answers, isWhole };
    } finally {
      clearTimeout(timer);
      this.pending.delete(nonce);
    }
  }

  /** Whether a replica lives, as far as that can be known: one that is not known to be gone does. */
  async isAlive(replica: string): Promise<boolean> {
    if (performance.now() - this.redis.readyAt < SETTLED_MS) return true;
    if ((await this.redis.run((client) => client.exists(pulseOf(replica)))) === 1) return true;
    // Redis may have forgotten it.
    return (await this.ask({ ask: 'pulse' }, () => true, channelOf(replica))).answers.length > 0;
  }

  /** Has a replica mirror a generation anew. False when it says that it has nothing of it any more. */
  async showAgain(replica: string, id: string, caller: Principal): Promise<boolean> {
    const { answers } = await this.ask({ ask: 'show', id, caller }, () => true, channelOf(replica));
    return answers.every(({ shown }) => shown !== false);
  }

  sayWatching(replica: string, id: string): void {
    this.say(channelOf(replica), { kind: 'watching', id }).catch(() => undefined);
  }

  sayTask(id: string, { id: ownerId, tenant, role }: Owner): void {
    const message = {
      kind: 'task',
      from: this.name.value,
      id,
      owner: { id: ownerId, tenant, role },
    } as const;
    this.say(EVERYBODY, message).catch(() => undefined);
  }

  /** Whether all others listen again. */
  private get isSettled(): boolean {
    return performance.now() - this.returnedAt >= SETTLED_MS;
  }

  /** Says that this replica lives, where that was not said lately to this Redis. */
  private async beat(): Promise<void> {
    const now = performance.now();
    const { ready, readyAt } = this.redis;
    if (!ready || (this.lastBeatAt > readyAt && now - this.lastBeatAt < PULSE_EVERY_MS)) return;
    this.lastBeatAt = now;
    this.hasLived = true;
    await this.redis
      .run((client) => client.set(pulseOf(this.name.value), '1', 'PX', PULSE_TTL_MS))
      .catch(() => (this.lastBeatAt = -Infinity));
  }

  private async say(channel: string, message: Message): Promise<number> {
    try {
      return await this.channels.publish(channel, JSON.stringify(message));
    } catch (error) {
      throw replicasUnknown(error);
    }
  }

  private hear(text: string): void {
    const message = parse(text);
    if (message === undefined) return;
    if (message.kind === 'watching') this.ears?.watching(message.id);
    else if (message.kind === 'answer') this.pending.get(message.nonce)?.take(message.answer);
    else if (message.from === this.name.value) return;
    else if (message.kind === 'task') this.ears?.task(message.id, message.owner);
    else void this.reply(message);
  }

  private async reply({ from, nonce, question }: Extract<Message, { kind: 'question' }>): Promise<void> {
    const failed: Answer = { failed: true };
    const answer = await (this.ears?.answer(question) ?? Promise.resolve(failed)).catch(() => failed);
    await this.say(channelOf(from), { kind: 'answer', nonce, answer }).catch(() => undefined);
  }
}

/** Anybody may write to a channel: what is no message of ours is not heard. */
function parse(text: string): Message | undefined {
  try {
    const message = JSON.parse(text) as Partial<Record<string, unknown>> | null;
    const isMessage =
      (message?.kind === 'watching' && typeof message.id === 'string') ||
      (message?.kind === 'task' && typeof message.id === 'string' && isObject(message.owner)) ||
      (message?.kind === 'answer' && isObject(message.answer)) ||
      (message?.kind === 'question' && typeof message.from === 'string' && isQuestion(message.question));
    return isMessage ? (message as unknown as Message) : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

const isQuestion = (value: unknown): boolean =>
  isObject(value) &&
  ((value as Partial<Question>).ask === 'pulse' || isObject((value as { caller?: unknown }).caller));
