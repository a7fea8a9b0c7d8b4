import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { isUuid } from '../../../common/uuid.js';
import type { Principal } from '../../../contracts/principal.js';
import { Revocations } from '../revocations/revocations.js';
import { UserSessions } from '../users/index.js';
import { digestOf, makeApiKey, shownPartOf } from './api-key.js';
import { ApiKeyRows, type ApiKeyRow } from './api-key-rows.js';

const MOST_KEYS = 100;
/** Nobody remembers one for as long that is not there any more. */
const REVOKED_FOR_MS = 15 * 60_000;

export interface NewApiKey {
  /** Whom it stands for; it may do no more than they may now. */
  readonly owner: Principal;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expiresAt?: Date;
  readonly device?: string;
}

export interface CreatedApiKey {
  readonly id: string;
  /** Shown this once. */
  readonly key: string;
  readonly prefix: string;
  readonly createdAt: Date;
  readonly expiresAt?: Date;
}

/** Keys by which programs show on whose behalf they ask. */
@Injectable()
export class ApiKeys implements OnModuleInit {
  constructor(
    @Inject(ApiKeyRows) private readonly rows: ApiKeyRows,
    @Inject(Revocations) private readonly revocations: Revocations,
    @Inject(UserSessions) private readonly sessions: UserSessions,
  ) {}

  onModuleInit(): void {
    this.sessions.onEnd(async ({ id, tenant }, extent) => {
      if (extent === 'everything') await this.rows.deleteOf({ tenant, owner: id });
    });
  }

  async create({ owner, name, scopes, expiresAt, device }: NewApiKey): Promise<CreatedApiKey> {
    const lacking = scopes.find((scope) => !owner.scopes.includes(scope));
    if (lacking !== undefined)
      throw new GatewayError('insufficient_scope', `You do not have the scope ${lacking} yourself.`, {
        param: 'scopes',
      });
    const key = makeApiKey();
    const id = randomUUID();
    const prefix = shownPartOf(key);
    const row = {
      id,
      tenant: owner.tenant,
      owner: owner.id,
      role: owner.role,
      email: owner.email ?? null,
      device: device ?? owner.device ?? null,
      name,
      prefix,
      scopes: [...scopes],
      expires_at: expiresAt ?? null,
      digest: digestOf(key),
    };
    const createdAt = await this.rows.add(row, MOST_KEYS);
    if (createdAt === undefined)
      throw new GatewayError('invalid_request', `You have ${MOST_KEYS} keys, which is all there may be.`);
    return { id, key, prefix, createdAt, ...(expiresAt !== undefined && { expiresAt }) };
  }

  list({ tenant, id }: Principal): Promise<ApiKeyRow[]> {
    return this.rows.list({ tenant, owner: id });
  }

  /** On all replicas. Throws `not_found` for what is not there and for what is another’s alike. */
  async revoke(owner: Principal, id: string): Promise<void> {
    const { tenant } = owner;
    if (!isUuid(id) || !(await this.rows.has({ tenant, owner: owner.id }, id)))
      throw new GatewayError('not_found', 'Nothing is here, or it is not yours.');
    const untilMs = SYSTEM_CLOCK.now() + REVOKED_FOR_MS;
    await this.revocations.revoke({ kind: 'api_key', id: id.toLowerCase(), tenant, untilMs });
    await this.rows.delete(id);
  }

  /** Those that belong to a device go; that they are not believed any more is for the caller to say. */
  deleteOfDevice(of: { tenant: string; device: string }): Promise<void> {
    return this.rows.deleteOfDevice(of);
  }
}
