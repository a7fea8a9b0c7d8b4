import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Principal } from '../../../contracts/principal.js';
import { Revocations } from '../revocations/revocations.js';
import { digestOf, makeApiKey, shownPartOf } from './api-key.js';
import { ApiKeyRows, type ApiKeyRow } from './api-key-rows.js';

const MOST_KEYS = 100;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

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
export class ApiKeys {
  constructor(
    @Inject(ApiKeyRows) private readonly rows: ApiKeyRows,
    @Inject(Revocations) private readonly revocations: Revocations,
  ) {}

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
    if (!UUID.test(id) || !(await this.rows.has({ tenant, owner: owner.id }, id)))
      throw new GatewayError('not_found', 'Nothing is here, or it is not yours.');
    await this.revocations.revoke({ kind: 'api_key', id: id.toLowerCase(), tenant });
    await this.rows.delete(id);
  }
}
