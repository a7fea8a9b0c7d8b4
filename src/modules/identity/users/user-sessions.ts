import { Injectable } from '@nestjs/common';
import type { User } from './user.js';

type Ending = (user: User) => Promise<void>;

/** Whatever keeps users logged in enlists here, and ends it when it is told to. */
@Injectable()
export class UserSessions {
  private readonly endings: Ending[] = [];

  onEnd(ending: Ending): void {
    this.endings.push(ending);
  }

  /** All that a user is logged in with. */
  async end(user: User): Promise<void> {
    for (const ending of this.endings) await ending(user);
  }
}
