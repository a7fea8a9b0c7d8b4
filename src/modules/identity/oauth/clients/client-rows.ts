import { Inject, Injectable } from '@nestjs/common';
import { RequestDatabase } from '../../../../infrastructure/database/index.js';
import type { OAuthClient } from './oauth-client.js';

interface Row {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly role: OAuthClient['role'];
  readonly secret_hash: string | null;
  readonly redirect_uris: string[];
  readonly grants: OAuthClient['grants'];
  readonly scopes: string[];
}

const COLUMNS = 'id, tenant, name, role, secret_hash, redirect_uris, grants, scopes';

/** Clients that were made while the gateway ran. */
@Injectable()
export class ClientRows {
  constructor(@Inject(RequestDatabase) private readonly database: RequestDatabase) {}

  async find(id: string): Promise<OAuthClient | undefined> {
    const [row] = await this.database.query<Row>(`SELECT ${COLUMNS} FROM oauth_clients WHERE id = $1`, [id]);
    return row && toClient(row);
  }

  async list(tenant: string): Promise<OAuthClient[]> {
    const rows = await this.database
      .forTenant(tenant)
      .query<Row>(`SELECT ${COLUMNS} FROM oauth_clients WHERE tenant = $1 ORDER BY created_at, id`, [tenant]);
    return rows.map(toClient);
  }

  async insert(client: OAuthClient): Promise<void> {
    await this.database
      .forTenant(client.tenant)
      .query(`INSERT INTO oauth_clients (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, [
        client.id,
        client.tenant,
        client.name,
        client.role,
        client.secretHash ?? null,
        [...client.redirectUris],
        [...client.grants],
        [...client.scopes],
      ]);
  }

  /** Gives whether there was one. */
  async delete(tenant: string, id: string): Promise<boolean> {
    const rows = await this.database
      .forTenant(tenant)
      .query<object>(
        'WITH gone AS (DELETE FROM oauth_clients WHERE tenant = $1 AND id = $2 RETURNING 1) SELECT FROM gone',
        [tenant, id],
      );
    return rows.length > 0;
  }
}

const toClient = ({ secret_hash, redirect_uris, ...row }: Row): OAuthClient => ({
  ...row,
  secretHash: secret_hash ?? undefined,
  redirectUris: redirect_uris,
});
