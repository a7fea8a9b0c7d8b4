import { Inject, Injectable } from '@nestjs/common';
import { Attempts, type AttemptLimit } from './attempts.js';
import { emailKey } from './email-address.js';
import type { User } from './user.js';
import { UserSessions } from './user-sessions.js';
import { Users } from './users.service.js';

const MINUTE_S = 60;
/** Few for who tries; more from everywhere, so that a stranger does not shut an account. */
const PER_ACCOUNT_HERE: AttemptLimit = { kind: 'login-account-address', most: 10, withinS: 15 * MINUTE_S };
const PER_ACCOUNT: AttemptLimit = { kind: 'login-account', most: 100, withinS: 15 * MINUTE_S };
const PER_ADDRESS: AttemptLimit = { kind: 'login-address', most: 50, withinS: 15 * MINUTE_S };
const TOO_MANY = 'Too many wrong passwords; come back later.';
/** Addresses belong to no tenant: who tries them all is one. */
const ALL = '*';

export interface LoginAttempt {
  readonly tenant: string;
  readonly email: string;
  readonly password: string;
  /** From where it comes. */
  readonly address: string;
}

/** Passwords, tried a bounded number of times per account and per address, whatever the replica. */
@Injectable()
export class Login {
  constructor(
    @Inject(Users) private readonly users: Users,
    @Inject(Attempts) private readonly attempts: Attempts,
    @Inject(UserSessions) private readonly sessions: UserSessions,
  ) {}

  /** Undefined when it is wrong. Throws `rate_limit_exceeded` when too much was, for users that do not exist as well. */
  async attempt({ tenant, email, password, address }: LoginAttempt): Promise<User | undefined> {
    const account = { tenant, subject: emailKey(email) };
    const here = { tenant, subject: JSON.stringify([account.subject, address]) };
    const origin = { tenant: ALL, subject: address };
    await this.attempts.count(PER_ADDRESS, origin, TOO_MANY);
    await this.attempts.count(PER_ACCOUNT_HERE, here, TOO_MANY);
    await this.attempts.count(PER_ACCOUNT, account, TOO_MANY);
    const user = await this.users.checkPassword(tenant, email, password);
    if (user === undefined) return undefined;
    await this.attempts.clear(PER_ACCOUNT_HERE, here);
    await this.attempts.giveBack(PER_ACCOUNT, account);
    await this.attempts.giveBack(PER_ADDRESS, origin);
    await this.sessions.settle(user);
    return user;
  }
}
