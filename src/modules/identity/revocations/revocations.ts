import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Principal } from '../../../contracts/principal.js';
import { RedisAwayError, RedisChannels } from '../../../infrastructure/redis/index.js';
import type { Revocation } from './revocation.js';
import { RevocationList } from './revocation-list.js';

const CHANNEL = 'citadel:revocations';
const FORGET_EVERY_MS = 60_000;
const RETRY_AFTER_S = 2;

/** Keeps revocations for those that start later and those that missed the message. */
export interface RevocationStore {
  /** Rejects with `dependency_unavailable` while it is away. */
  save(revocation: Revocation): Promise<void>;
}

type Listener = () => void;

/** Who and what is not believed any more, on all replicas: stored, told at once, and asked from memory. */
@Injectable()
export class Revocations implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(Revocations.name);
  private readonly list = new RevocationList();
  private readonly listeners: Listener[] = [];
  private readonly clock = SYSTEM_CLOCK;
  private store: RevocationStore | undefined;
  /** Whether what the store holds is in the list. */
  private isComplete = true;
  private timer: NodeJS.Timeout | undefined;

  constructor(@Inject(RedisChannels) private readonly channels: RedisChannels) {}

  onModuleInit(): void {
    this.timer = setInterval(() => this.list.forget(this.clock.now()), FORGET_EVERY_MS).unref();
    if (!this.channels.configured) return;
    this.channels.listen(CHANNEL, (message) => this.learn([JSON.parse(message) as Revocation]));
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** From now on no credential is believed before `learnAll` was told what the store holds. */
  keepIn(store: RevocationStore): void {
    this.store = store;
    this.isComplete = false;
  }

  /** Resolves when it holds here and will hold everywhere. */
  async revoke(revocation: Revocation): Promise<void> {
    await this.store?.save(revocation);
    this.learn([revocation]);
    if (!this.channels.configured) return;
    await this.channels.publish(CHANNEL, JSON.stringify(revocation)).catch((error: unknown) => {
      // The others find it in the store.
      const reason = error instanceof RedisAwayError ? error.message : 'publishing failed';
      this.logger.warn(`a revocation could not be told to the other replicas at once: ${reason}`);
    });
  }

  /** Takes in what was revoked elsewhere. What is known already is nothing new. */
  learn(revocations: readonly Revocation[]): void {
    for (const revocation of revocations) {
      if (!this.list.add(revocation)) continue;
      for (const tell of this.listeners) tell();
    }
  }

  /** Takes in all that the store holds. */
  learnAll(revocations: readonly Revocation[]): void {
    this.learn(revocations);
    this.isComplete = true;
  }

  /** Throws `dependency_unavailable` while it cannot be told, as after a start without a database. */
  isRevoked(principal: Principal, issuedAtMs: number | undefined = principal.credential?.issuedAt): boolean {
    if (!this.isComplete && principal.credential !== undefined) {
      throw new GatewayError('dependency_unavailable', 'What was revoked cannot be read just now.', {
        retryAfterS: RETRY_AFTER_S,
      });
    }
    return this.list.meets(principal, issuedAtMs);
  }

  /** See `RevocationList`. */
  goodFromMs(principal: Pick<Principal, 'id' | 'tenant'>): number | undefined {
    return this.list.goodFromMs(principal);
  }

  onRevoked(listener: Listener): void {
    this.listeners.push(listener);
  }
}
