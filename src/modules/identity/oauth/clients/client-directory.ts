import { randomBytes, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { AdapterPayload, ClientMetadata } from 'oidc-provider';
import { GatewayError } from '../../../../common/errors/gateway.error.js';
import { AppConfig } from '../../../../config/index.js';
import { Revocations } from '../../revocations/revocations.js';
import { hashOf, StateRows } from '../state/state-rows.js';
import { ClientRows } from './client-rows.js';
import { DEVICE_GRANT, type OAuthClient, toMetadata } from './oauth-client.js';

const SECRET_BYTES = 32;

export type NewClient = Omit<OAuthClient, 'id' | 'secretHash'> & { readonly isPublic: boolean };

/** All clients: those that are configured, which cannot be changed here, and those that are stored. */
@Injectable()
export class ClientDirectory {
  private readonly configured: ReadonlyMap<string, OAuthClient>;

  constructor(
    @Inject(AppConfig) { oauth }: AppConfig,
    @Inject(ClientRows) private readonly rows: ClientRows,
    @Inject(StateRows) private readonly state: StateRows,
    @Inject(Revocations) private readonly revocations: Revocations,
  ) {
    this.configured = new Map(oauth.clients.map((client) => [client.id, client]));
  }

  async find(id: string): Promise<OAuthClient | undefined> {
    return this.configured.get(id) ?? this.rows.find(id);
  }

  async findMetadata(id: string): Promise<AdapterPayload | undefined> {
    const client = await this.find(id);
    return client && toMetadata(client);
  }

  async list(tenant: string): Promise<{ client: OAuthClient; isConfigured: boolean }[]> {
    const configured = [...this.configured.values()].filter((client) => client.tenant === tenant);
    return [
      ...configured.map((client) => ({ client, isConfigured: true })),
      ...(await this.rows.list(tenant)).map((client) => ({ client, isConfigured: false })),
    ];
  }

  /** The secret is told this once. */
  async create({ isPublic, ...settings }: NewClient): Promise<{ client: OAuthClient; secret?: string }> {
    const secret = isPublic ? undefined : randomBytes(SECRET_BYTES).toString('base64url');
    const client: OAuthClient = {
      ...settings,
      id: randomUUID(),
      secretHash: secret === undefined ? undefined : hashOf(secret),
    };
    await this.rows.insert(client);
    return { client, ...(secret === undefined ? {} : { secret }) };
  }

  /** With all that it was given. Throws `not_found` for a foreign one as for none. */
  async delete(tenant: string, id: string): Promise<void> {
    if (this.configured.get(id)?.tenant === tenant)
      throw new GatewayError(
        'invalid_request',
        'This client stands in the configuration; take it out there.',
      );
    // What no database can hold is nobody's id.
    if (id.includes('\0') || !(await this.rows.delete(tenant, id)))
      throw new GatewayError('not_found', 'No such client.');
    const grants = await this.state.deleteOfClient(id);
    for (const grantId of grants) await this.revocations.revoke({ kind: 'grant', id: grantId, tenant });
    // In its own name it goes by its id.
    await this.revocations.revoke({ kind: 'principal', id, tenant });
  }

  /** As it registered itself, where that is allowed: in the default tenant, as a user. */
  async register(metadata: ClientMetadata): Promise<void> {
    const { client_id, client_name, client_secret, redirect_uris = [], grant_types = [], scope } = metadata;
    await this.rows.insert({
      id: client_id,
      tenant: 'default',
      name: client_name ?? client_id,
      role: 'user',
      secretHash: client_secret === undefined ? undefined : hashOf(client_secret),
      redirectUris: redirect_uris,
      grants: grant_types.map((grant) =>
        grant === DEVICE_GRANT ? 'device_code' : grant,
      ) as OAuthClient['grants'],
      scopes: (scope ?? 'openid profile email offline_access read write').split(' '),
    });
  }

  async unregister(id: string): Promise<void> {
    const client = await this.rows.find(id);
    if (client !== undefined) await this.delete(client.tenant, id);
  }
}
