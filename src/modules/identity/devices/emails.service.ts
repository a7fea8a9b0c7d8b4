import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { isMailAddress } from '../../../common/mail/mail-address.js';
import type { Principal } from '../../../contracts/principal.js';
import { Attempts, type AttemptLimit } from '../users/attempts.js';
import type { User, UserEmail } from '../users/user.js';
import { Users } from '../users/users.service.js';
import { requireDevicePower } from './device-entry.js';
import { noAccount, verificationFailed } from './device-faults.js';
import { CODE_LIFETIME_S, MailCodes } from './mail-codes.js';

const ADD: AttemptLimit = { kind: 'email-add', most: 10, withinS: 3600 };
const VERIFY: AttemptLimit = { kind: 'email-verify', most: 30, withinS: 600 };

/** Further addresses of users, which are theirs when they have read what was sent there. */
@Injectable()
export class Emails {
  constructor(
    @Inject(MailCodes) private readonly codes: MailCodes,
    @Inject(Attempts) private readonly attempts: Attempts,
    @Inject(Users) private readonly users: Users,
  ) {}

  /** Answers alike whether somebody has the address or not. Gives the seconds that the code is good for. */
  async add(caller: Principal, email: string): Promise<number> {
    if (!isMailAddress(email))
      throw new GatewayError('invalid_value', 'email must be an email address.', { param: 'email' });
    const user = await this.userOf(caller);
    // Whoever reads the mailbox gets a device in by it.
    requireDevicePower(caller, user);
    await this.count(ADD, user, 'Too many addresses were added; come back later.');
    await this.codes.send({
      purpose: 'email',
      tenant: user.tenant,
      email,
      about: user.id,
      details: {},
      subject: 'Your code to add this address',
      text: (code) =>
        `The code to add this address to an account is ${code}.\n\n` +
        'It is good for 10 minutes. Nobody will ever ask you for it. If you did not ask for it yourself, ' +
        'somebody has entered your address; you need do nothing.\n',
    });
    return CODE_LIFETIME_S;
  }

  /** Throws `verification_failed`; and `email_taken`, but only to who reads the mailbox. */
  async verify(caller: Principal, { email, code }: { email: string; code: string }): Promise<void> {
    const user = await this.userOf(caller);
    await this.count(VERIFY, user, 'Too many tries; come back later.');
    const id = await this.codes.findId(user.id, email);
    const found = id === undefined ? undefined : await this.codes.check('email', id, code);
    if (found === undefined || !(await this.codes.use(found.id))) throw verificationFailed();
    await this.users.addEmail(user, found.email, { verified: true });
  }

  /** The primary one first. */
  async list(caller: Principal): Promise<UserEmail[]> {
    return this.users.listEmails(await this.userOf(caller));
  }

  /** Throws `not_found` for an address that is not theirs. */
  async makePrimary(caller: Principal, email: string): Promise<void> {
    await this.users.makePrimary(await this.userOf(caller), email);
  }

  /** Throws `not_found` for an address that is not theirs, or the primary one. */
  async remove(caller: Principal, email: string): Promise<void> {
    await this.users.removeEmail(await this.userOf(caller), email);
  }

  private count(limit: AttemptLimit, { tenant, id }: User, message: string): Promise<void> {
    return this.attempts.count(limit, { tenant, subject: id }, message);
  }

  private async userOf({ id, tenant }: Principal): Promise<User> {
    const user = await this.users.findById(id);
    if (user === undefined || user.tenant !== tenant) throw noAccount();
    return user;
  }
}
