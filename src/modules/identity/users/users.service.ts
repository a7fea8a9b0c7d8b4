import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { requireEmail } from './email-address.js';
import { PasswordHashes } from './password-hashes.js';
import { requireGoodPassword } from './password-rules.js';
import type { NewUser, User, UserEmail, UserRole } from './user.js';
import { type StoredUser, takesPower, UserRows } from './user-rows.js';
import { UserSessions } from './user-sessions.js';

export interface UserPatch {
  readonly role?: UserRole;
  readonly name?: string | null;
  readonly disabled?: boolean;
  /** A password that somebody else chose: it has to be replaced at the next login. */
  readonly password?: string;
}

/** People: who they are, and whether they are who they say. */
@Injectable()
export class Users {
  constructor(
    @Inject(UserRows) private readonly rows: UserRows,
    @Inject(PasswordHashes) private readonly hashes: PasswordHashes,
    @Inject(UserSessions) private readonly sessions: UserSessions,
  ) {}

  async findById(id: string): Promise<User | undefined> {
    return toUser(await this.rows.find(id));
  }

  /** By any of their addresses. */
  async findByEmail(tenant: string, email: string): Promise<User | undefined> {
    return toUser(await this.rows.findByEmail(tenant, email));
  }

  async list(tenant: string, page: { after?: string; limit: number }): Promise<User[]> {
    return (await this.rows.list(tenant, page)).map(withoutHash);
  }

  async create(user: NewUser): Promise<User> {
    const email = requireEmail(user.email);
    if (user.password !== undefined) requireGoodPassword(user.password, email, 'password');
    const passwordHash = user.password === undefined ? undefined : await this.hashes.hash(user.password);
    const id = await this.rows.insert({ ...user, email, passwordHash });
    return this.get(id);
  }

  /** Whoever has this address; a user without a password where nobody has. */
  async findOrCreateByEmail(tenant: string, email: string): Promise<User> {
    const found = await this.findByEmail(tenant, email);
    if (found !== undefined) return found;
    try {
      return await this.create({ tenant, email });
    } catch (error) {
      // Somebody else made them meanwhile.
      const other = await this.findByEmail(tenant, email);
      if (other === undefined) throw error;
      return other;
    }
  }

  /** Undefined for a wrong password, a disabled and an unknown user alike, in the same time. */
  async checkPassword(tenant: string, email: string, password: string): Promise<User | undefined> {
    const user = await this.rows.findByEmail(tenant, email);
    const isRight = await this.hashes.matches(user?.passwordHash, password);
    return isRight && user?.disabled === false ? withoutHash(user) : undefined;
  }

  /**
   * As an administrator changes it. Whoever is disabled, or is given a role or another password, is logged out: before it
   * is changed, and again after, so that the same call completes what a failure has left. Throws `last_administrator` before
   * it does anything.
   */
  async update(user: User, { password, ...patch }: UserPatch): Promise<User> {
    if (password !== undefined) requireGoodPassword(password, user.email, 'password');
    if (takesPower(patch)) await this.rows.requireOtherAdmin(user);
    const passwordHash = password === undefined ? undefined : await this.hashes.hash(password);
    const endsAll = patch.disabled === true || patch.role !== undefined;
    if (endsAll) await this.sessions.revoke(user);
    else if (password !== undefined) await this.sessions.end(user, 'logins');
    await this.rows.update(user, {
      ...patch,
      ...(passwordHash === undefined ? {} : { passwordHash, mustChangePassword: true }),
    });
    if (endsAll) await this.sessions.end(user, 'everything');
    else if (password !== undefined) await this.sessions.end(user, 'logins');
    return this.get(user.id);
  }

  /** As they choose it themselves. Everything they were logged in with ends. */
  async setPassword(user: User, password: string, param = 'new_password'): Promise<void> {
    requireGoodPassword(password, user.email, param);
    const passwordHash = await this.hashes.hash(password);
    await this.sessions.end(user, 'logins');
    await this.rows.update(user, { passwordHash, mustChangePassword: false });
    await this.sessions.end(user, 'logins');
  }

  /**
   * They are there until everything of theirs is gone, so that a call that failed can be made again. Throws
   * `last_administrator` before it does anything.
   */
  async delete(user: User): Promise<void> {
    await this.rows.requireOtherAdmin(user);
    await this.sessions.revoke(user);
    await this.rows.update(user, { disabled: true });
    await this.sessions.end(user, 'everything');
    await this.rows.delete(user.id);
  }

  listEmails(user: User): Promise<UserEmail[]> {
    return this.rows.emails(user.id);
  }

  /** Puts an address to those of a user, or says that one of them is theirs indeed. Throws `email_taken`. */
  addEmail(user: User, email: string, { verified = false } = {}): Promise<void> {
    return this.rows.putEmail(user, requireEmail(email), verified);
  }

  /** Throws `not_found` for an address that is not theirs. */
  async makePrimary(user: User, email: string): Promise<void> {
    if (!(await this.rows.makePrimary(user, email))) throw noSuch('email');
  }

  /** Throws `not_found` for an address that is not theirs, or the primary one. */
  async removeEmail(user: User, email: string): Promise<void> {
    // What no database can hold is nobody's address.
    if (email.includes('\0') || !(await this.rows.deleteEmail(user, email))) throw noSuch('email');
  }

  private async get(id: string): Promise<User> {
    const user = await this.findById(id);
    if (user === undefined) throw new GatewayError('not_found', 'No such user.');
    return user;
  }
}

const noSuch = (param: string) => new GatewayError('not_found', 'No such address.', { param });

const withoutHash = ({ passwordHash: _, ...user }: StoredUser): User => user;

const toUser = (user: StoredUser | undefined): User | undefined => user && withoutHash(user);
