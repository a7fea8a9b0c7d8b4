import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { isUuid } from '../../../common/uuid.js';
import { databaseErrorCode, type Query, RequestDatabase } from '../../../infrastructure/database/index.js';
import { emailKey } from './email-address.js';
import { requireOtherAdmin } from './require-other-admin.js';
import type { NewUser, User, UserEmail, UserRole } from './user.js';

const UNIQUE_VIOLATION = '23505';
const COLUMNS = `users.id, users.tenant, users.role, users.name, users.disabled, users.password_hash,
  users.must_change_password, users.created_at, mail.email, mail.verified`;
const FROM = 'users JOIN user_emails mail ON mail.user_id = users.id AND mail.is_primary';

/** With what is never shown. */
export interface StoredUser extends User {
  readonly passwordHash: string | undefined;
}

export interface UserChange {
  readonly role?: UserRole;
  readonly name?: string | null;
  readonly disabled?: boolean;
  readonly passwordHash?: string;
  readonly mustChangePassword?: boolean;
}

/** Whether an administrator would be none any more. */
export const takesPower = ({ role, disabled }: UserChange): boolean =>
  disabled === true || (role !== undefined && role !== 'admin');

/** Users and their addresses as they are stored. */
@Injectable()
export class UserRows {
  constructor(@Inject(RequestDatabase) private readonly database: RequestDatabase) {}

  async find(id: string): Promise<StoredUser | undefined> {
    if (!isUuid(id)) return undefined;
    return this.first(`SELECT ${COLUMNS} FROM ${FROM} WHERE users.id = $1`, [id]);
  }

  findByEmail(tenant: string, email: string): Promise<StoredUser | undefined> {
    return this.first(
      `SELECT ${COLUMNS} FROM ${FROM} JOIN user_emails asked ON asked.user_id = users.id
        WHERE asked.tenant = $1 AND asked.email_key = $2`,
      [tenant, emailKey(email)],
    );
  }

  /** In the order in which they came. */
  async list(tenant: string, { after, limit }: { after?: string; limit: number }): Promise<StoredUser[]> {
    const rows = await this.database.forTenant(tenant).query<Row>(
      `SELECT ${COLUMNS} FROM ${FROM}
        WHERE users.tenant = $1
          AND ($2::uuid IS NULL OR (users.created_at, users.id) > (SELECT created_at, id FROM users WHERE id = $2))
        ORDER BY users.created_at, users.id LIMIT $3`,
      [tenant, after !== undefined && isUuid(after) ? after : null, limit],
    );
    return rows.map(toUser);
  }

  /** Throws `email_taken` where somebody of the tenant has the address. Gives the id. */
  insert(user: NewUser & { readonly passwordHash?: string }, query?: Query): Promise<string> {
    const { tenant, email, emailVerified = false, role = 'user', name, passwordHash } = user;
    return this.unlessTaken(async () => {
      const [row] = await (query ?? this.database.query)<{ id: string }>(
        `WITH made AS (
           INSERT INTO users (tenant, role, name, password_hash, must_change_password)
           VALUES ($1, $2, $3, $4, $5) RETURNING id
         )
         INSERT INTO user_emails (tenant, email_key, email, user_id, is_primary, verified)
         SELECT $1, $6, $7, id, true, $8 FROM made RETURNING user_id AS id`,
        [
          tenant,
          role,
          name ?? null,
          passwordHash ?? null,
          user.mustChangePassword ?? false,
          emailKey(email),
          email,
          emailVerified,
        ],
      );
      return row!.id;
    });
  }

  /** Throws `last_administrator` where nobody else could administer the tenant. */
  async requireOtherAdmin(user: User): Promise<void> {
    await requireOtherAdmin(this.database.query, user);
  }

  /** Throws `last_administrator` as well, when it would leave the tenant without one. */
  async update(user: User, change: UserChange): Promise<void> {
    if (!takesPower(change)) return this.put(this.database.query, user.id, change);
    await this.database.transaction(async (query) => {
      await requireOtherAdmin(query, user);
      await this.put(query, user.id, change);
    });
  }

  async delete(id: string): Promise<void> {
    await this.database.query('DELETE FROM users WHERE id = $1', [id]);
  }

  emails(id: string): Promise<UserEmail[]> {
    return this.database.query<UserEmail>(
      `SELECT email, is_primary AS primary, verified FROM user_emails
        WHERE user_id = $1 ORDER BY is_primary DESC, created_at, email_key`,
      [id],
    );
  }

  /** Throws `email_taken` where somebody else of the tenant has it. */
  async putEmail({ id, tenant }: User, email: string, verified: boolean): Promise<void> {
    const rows = await this.database.forTenant(tenant).query<{ user_id: string }>(
      `INSERT INTO user_emails (tenant, email_key, email, user_id, verified) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (tenant, email_key)
         DO UPDATE SET verified = user_emails.verified OR EXCLUDED.verified WHERE user_emails.user_id = $4
       RETURNING user_id`,
      [tenant, emailKey(email), email, id, verified],
    );
    if (rows.length === 0) throw taken();
  }

  /** Gives false where the user has no such address. */
  makePrimary({ id, tenant }: User, email: string): Promise<boolean> {
    return this.database.forTenant(tenant).transaction(async (query) => {
      const key = emailKey(email);
      const [own] = await query<object>(
        'SELECT FROM user_emails WHERE tenant = $1 AND email_key = $2 AND user_id = $3',
        [tenant, key, id],
      );
      if (own === undefined) return false;
      await query('UPDATE user_emails SET is_primary = false WHERE user_id = $1 AND is_primary', [id]);
      await query('UPDATE user_emails SET is_primary = true WHERE tenant = $1 AND email_key = $2', [
        tenant,
        key,
      ]);
      return true;
    });
  }

  /** The primary one stays. Gives whether there was one to go. */
  async deleteEmail({ id, tenant }: User, email: string): Promise<boolean> {
    const rows = await this.database.forTenant(tenant).query<object>(
      `WITH gone AS (
         DELETE FROM user_emails WHERE tenant = $1 AND email_key = $2 AND user_id = $3 AND NOT is_primary RETURNING 1
       ) SELECT FROM gone`,
      [tenant, emailKey(email), id],
    );
    return rows.length > 0;
  }

  private async put(query: Query, id: string, change: UserChange): Promise<void> {
    await query(
      `UPDATE users SET role = COALESCE($2, role), name = CASE WHEN $3 THEN $4 ELSE name END,
              disabled = COALESCE($5, disabled), password_hash = COALESCE($6, password_hash),
              must_change_password = COALESCE($7, must_change_password), updated_at = now()
        WHERE id = $1`,
      [
        id,
        change.role ?? null,
        change.name !== undefined,
        change.name ?? null,
        change.disabled ?? null,
        change.passwordHash ?? null,
        change.mustChangePassword ?? null,
      ],
    );
  }

  private async first(sql: string, values: unknown[]): Promise<StoredUser | undefined> {
    const [row] = await this.database.query<Row>(sql, values);
    return row && toUser(row);
  }

  private async unlessTaken<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (databaseErrorCode(error) === UNIQUE_VIOLATION) throw taken();
      throw error;
    }
  }
}

const taken = () =>
  new GatewayError('email_taken', 'Somebody has this email address already.', { param: 'email' });

interface Row {
  readonly id: string;
  readonly tenant: string;
  readonly role: UserRole;
  readonly name: string | null;
  readonly disabled: boolean;
  readonly password_hash: string | null;
  readonly must_change_password: boolean;
  readonly created_at: Date;
  readonly email: string;
  readonly verified: boolean;
}

const toUser = (row: Row): StoredUser => ({
  id: row.id,
  tenant: row.tenant,
  email: row.email,
  emailVerified: row.verified,
  role: row.role,
  ...(row.name === null ? {} : { name: row.name }),
  disabled: row.disabled,
  mustChangePassword: row.must_change_password,
  createdAt: row.created_at,
  passwordHash: row.password_hash ?? undefined,
});
