import { createHmac, hkdfSync, randomInt, randomUUID, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import { isUuid } from '../../../common/uuid.js';
import { type Query, RequestDatabase } from '../../../infrastructure/database/index.js';
import { MailTransport } from '../../../infrastructure/mail/index.js';
import { KeyRing } from '../tokens/key-ring.js';
import { Attempts, type AttemptLimit } from '../users/attempts.js';
import { emailKey } from '../users/email-address.js';

export const CODE_LIFETIME_S = 600;
const CODE_DIGITS = 8;
const MOST_TRIES = 5;
/** No code has it. */
const NOTHING = '00000000-0000-0000-0000-000000000000';
/** Whoever else asks for it, a mailbox gets no more than so many. */
const PER_MAILBOX: AttemptLimit = { kind: 'mail-code', most: 5, withinS: 3600 };

/** What is brought back with a code. */
export interface MailCode<Details> {
  readonly id: string;
  readonly tenant: string;
  readonly email: string;
  readonly details: Details;
}

export interface MailCodeRequest {
  readonly purpose: 'device' | 'email';
  readonly tenant: string;
  readonly email: string;
  /** The user who asks, where that is known. */
  readonly about?: string;
  readonly details: object;
  readonly subject: string;
  /** The text of the mail around the code. */
  readonly text: (code: string) => string;
}

/** Codes that show who reads a mailbox: of eight digits, for ten minutes, with five tries, and once. */
@Injectable()
export class MailCodes {
  private readonly clock = SYSTEM_CLOCK;
  /** All replicas have it, the database has not: what it holds of a code cannot be guessed from. */
  private readonly key: Buffer;

  constructor(
    @Inject(RequestDatabase) private readonly database: RequestDatabase,
    @Inject(MailTransport) private readonly mail: MailTransport,
    @Inject(Attempts) private readonly attempts: Attempts,
    @Inject(KeyRing) ring: KeyRing,
  ) {
    const secret = ring.current.privateKey.export({ type: 'pkcs8', format: 'der' });
    this.key = Buffer.from(hkdfSync('sha256', secret, '', 'citadel mail codes', 32));
  }

  /** Resolves with its id when the mail is on its way. Throws `rate_limit_exceeded`, `dependency_unavailable`. */
  async send(request: MailCodeRequest): Promise<string> {
    const { purpose, tenant, email, about, details, subject, text } = request;
    this.mail.requireConfigured();
    await this.attempts.count(
      PER_MAILBOX,
      { tenant, subject: emailKey(email) },
      'Too many mails went to this address; come back later.',
    );
    const id = randomUUID();
    const code = String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
    const now = this.clock.now();
    await this.database.query(
      `INSERT INTO mail_codes (id, tenant, purpose, email, about, details, code_hash, created_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        id,
        tenant,
        purpose,
        email,
        about ?? null,
        JSON.stringify(details),
        this.digest(id, code),
        new Date(now),
        new Date(now + CODE_LIFETIME_S * 1000),
      ],
    );
    await this.mail.send({ to: email, subject, text: text(code) });
    return id;
  }

  /** The id of the newest code that a user could bring back for an address; undefined where there is none. */
  async findId(about: string, email: string): Promise<string | undefined> {
    const [row] = await this.database.query<{ id: string }>(
      `SELECT id FROM mail_codes WHERE about = $1 AND purpose = 'email' AND lower(email) = $2
        ORDER BY created_at DESC LIMIT 1`,
      [about, emailKey(email)],
    );
    return row?.id;
  }

  /** Counts a try before it is looked at. Undefined for a wrong code and for one that cannot be used, in the same time. */
  async check<Details>(
    purpose: MailCodeRequest['purpose'],
    id: string,
    code: string,
  ): Promise<MailCode<Details> | undefined> {
    const [row] = await this.database.query<MailCode<Details> & { code_hash: string }>(
      `WITH tried AS (
         UPDATE mail_codes SET tries = tries + 1
          WHERE id = $1 AND purpose = $2 AND tries < $3 AND used_at IS NULL AND expires_at > $4
         RETURNING id, tenant, email, details, code_hash
       ) SELECT * FROM tried`,
      [isUuid(id) ? id : NOTHING, purpose, MOST_TRIES, new Date(this.clock.now())],
    );
    const shown = this.digest(id.toLowerCase(), code);
    const isRight = isSame(row?.code_hash ?? this.digest(NOTHING, ''), shown);
    if (row === undefined || !isRight) return undefined;
    return { id: row.id, tenant: row.tenant, email: row.email, details: row.details };
  }

  /** Whether it was still there to be used: of many at once, for one. */
  async use(id: string, query: Query = this.database.query): Promise<boolean> {
    const rows = await query<object>(
      `WITH used AS (UPDATE mail_codes SET used_at = $2 WHERE id = $1 AND used_at IS NULL RETURNING id)
       SELECT id FROM used`,
      [id, new Date(this.clock.now())],
    );
    return rows.length > 0;
  }

  private digest(id: string, code: string): string {
    return createHmac('sha256', this.key).update(`${id} ${code}`).digest('base64url');
  }
}

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
