import { setTimeout } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import { Revocations } from '../revocations/revocations.js';
import type { User } from './user.js';

/** `logins`: what they logged in with, wherever. `everything`: whatever speaks for them, such as keys, as well. */
export type Extent = 'logins' | 'everything';

const A_SECOND_MS = 1_000;

type Ending = (user: User, extent: Extent) => Promise<void>;

/** Whatever keeps users logged in enlists here, and ends it when it is told to. */
@Injectable()
export class UserSessions {
  private readonly endings: Ending[] = [];

  constructor(@Inject(Revocations) private readonly revocations: Revocations) {}

  onEnd(ending: Ending): void {
    this.endings.push(ending);
  }

  /**
   * Nothing that was given to them up to now is believed any more. Comes before they are changed: whatever fails then,
   * nobody keeps what they should have lost.
   */
  async revoke({ id, tenant }: User): Promise<void> {
    // Tokens say the second in which they were issued.
    const issuedBeforeMs = (Math.floor(SYSTEM_CLOCK.now() / 1000) + 1) * 1000;
    await this.revocations.revoke({ kind: 'principal', id, tenant, issuedBeforeMs });
  }

  /** Resolves when what they are given from then on is believed: at most a second after they lost what they had. */
  async settle(user: User): Promise<void> {
    const waitMs = (this.revocations.goodFromMs(user) ?? 0) - SYSTEM_CLOCK.now();
    // A clock that is wrong elsewhere keeps nobody waiting.
    if (waitMs > 0) await setTimeout(Math.min(waitMs, A_SECOND_MS) + 1);
  }

  /** May be called again where it failed. */
  async end(user: User, extent: Extent): Promise<void> {
    if (extent === 'everything') await this.revoke(user);
    for (const ending of this.endings) await ending(user, extent);
  }
}
