import { Inject, Injectable } from '@nestjs/common';
import type { Role } from '../../../contracts/principal.js';
import { RequestDatabase } from '../../../infrastructure/database/index.js';

export interface ApiKeyRow {
  readonly id: string;
  readonly tenant: string;
  readonly owner: string;
  readonly role: Role;
  readonly email: string | null;
  readonly device: string | null;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: string[];
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
}

export type NewRow = Omit<ApiKeyRow, 'created_at' | 'last_used_at'> & { readonly digest: Buffer };

type Owner = Pick<ApiKeyRow, 'tenant' | 'owner'>;

const COLUMNS =
  'id, tenant, owner, role, email, device, name, prefix, scopes, created_at, expires_at, last_used_at';
const NOT_EXPIRED = '(expires_at IS NULL OR expires_at > clock_timestamp())';

/** Of expired ones there may be more. */
const MOST_LISTED = 1000;

/** API keys in the database. */
@Injectable()
export class ApiKeyRows {
  constructor(@Inject(RequestDatabase) private readonly database: RequestDatabase) {}

  /** Gives when it was made; undefined where its owner has as many as may be. */
  async add(row: NewRow, most: number): Promise<Date | undefined> {
    const [added] = await this.database.forTenant(row.tenant).query<{ created_at: Date }>(
      `INSERT INTO api_keys (id, tenant, owner, role, email, device, name, prefix, scopes, expires_at, digest)
       SELECT $1::uuid, $2::text, $3::text, $4, $5, $6, $7, $8, $9::text[], $10::timestamptz, $11::bytea
        WHERE (SELECT count(*) FROM api_keys WHERE tenant = $2 AND owner = $3 AND ${NOT_EXPIRED}) < $12::int
       RETURNING created_at`,
      [
        ...[row.id, row.tenant, row.owner, row.role, row.email, row.device, row.name, row.prefix],
        ...[row.scopes, row.expires_at, row.digest, most],
      ],
    );
    return added?.created_at;
  }

  async findByDigest(digest: Buffer): Promise<ApiKeyRow | undefined> {
    const [row] = await this.database.query<ApiKeyRow>(
      `SELECT ${COLUMNS} FROM api_keys WHERE digest = $1 AND ${NOT_EXPIRED}`,
      [digest],
    );
    return row;
  }

  /** The newest first. */
  list({ tenant, owner }: Owner): Promise<ApiKeyRow[]> {
    return this.database.forTenant(tenant).query<ApiKeyRow>(
      `SELECT ${COLUMNS} FROM api_keys WHERE tenant = $1 AND owner = $2
          ORDER BY created_at DESC, id LIMIT ${MOST_LISTED}`,
      [tenant, owner],
    );
  }

  async has({ tenant, owner }: Owner, id: string): Promise<boolean> {
    const rows = await this.database
      .forTenant(tenant)
      .query('SELECT FROM api_keys WHERE id = $1 AND tenant = $2 AND owner = $3', [id, tenant, owner]);
    return rows.length > 0;
  }

  async deleteOf({ tenant, owner }: Owner): Promise<void> {
    await this.database
      .forTenant(tenant)
      .query('DELETE FROM api_keys WHERE tenant = $1 AND owner = $2', [tenant, owner]);
  }

  async deleteOfDevice({ tenant, device }: { tenant: string; device: string }): Promise<void> {
    await this.database
      .forTenant(tenant)
      .query('DELETE FROM api_keys WHERE tenant = $1 AND device = $2', [tenant, device]);
  }

  async delete(id: string): Promise<void> {
    await this.database.query('DELETE FROM api_keys WHERE id = $1', [id]);
  }

  /** Once in a while is enough to know whether a key is still in use. */
  async touch(id: string, everyS: number): Promise<void> {
    await this.database.query(
      `UPDATE api_keys SET last_used_at = clock_timestamp()
        WHERE id = $1
          AND (last_used_at IS NULL OR last_used_at < clock_timestamp() - $2::int * interval '1 second')`,
      [id, everyS],
    );
  }
}
