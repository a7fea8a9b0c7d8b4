import { Injectable } from '@nestjs/common';
import type { User } from './user.js';

/** `logins`: what they logged in with, wherever. `everything`: whatever speaks for them, such as keys, as well. */
export type Extent = 'logins' | 'everything';

type Ending = (user: User, extent: Extent) => Promise<void>;

/** Whatever keeps users logged in enlists here, and ends it when it is told to. */
@Injectable()
export class UserSessions {
  private readonly endings: Ending[] = [];

  onEnd(ending: Ending): void {
    this.endings.push(ending);
  }

  async end(user: User, extent: Extent): Promise<void> {
    for (const ending of this.endings) await ending(user, extent);
  }
}
