import type { Adapter, AdapterPayload, ClientMetadata } from 'oidc-provider';
import type { ClientDirectory } from '../clients/client-directory.js';
import type { Seal } from './seal.js';
import { hashOf, type StateRow, type StateRows } from './state-rows.js';

/** These are found by more than their own id, which must come back whole and must not be readable. */
const SEALED: ReadonlySet<string> = new Set(['Session', 'Interaction', 'DeviceCode']);
const NO_TENANT = '*';

/** Called when something that opens once is tried again, or has been decided about: never returns. */
export interface AdapterEvents {
  /** A code or a refresh token was used twice: everything that came from its grant ends. */
  reused(model: string, grantId: string | undefined): Promise<never>;
  /** A device code was allowed or refused meanwhile. */
  decided(): never;
  /** A grant is gone, and so is what it allowed. */
  revoked(grantId: string, tenant: string): Promise<void>;
}

export interface AdapterParts {
  readonly rows: StateRows;
  readonly clients: ClientDirectory;
  readonly seal: Seal;
  readonly events: AdapterEvents;
}

/** Where oidc-provider keeps one of its models: in PostgreSQL, for all replicas. */
export class DatabaseAdapter implements Adapter {
  constructor(
    private readonly model: string,
    private readonly parts: AdapterParts,
  ) {}

  async upsert(id: string, payload: AdapterPayload, expiresInS: number): Promise<void> {
    const { rows, clients, seal } = this.parts;
    if (this.model === 'Client') return clients.register(payload as ClientMetadata);
    const hash = hashOf(id);
    const shown = this.model === 'Grant' ? payload : { ...payload, jti: undefined };
    const isSealed = SEALED.has(this.model);
    const client = payload.clientId === undefined ? undefined : await clients.find(payload.clientId);
    const isNew = await rows.put({
      model: this.model,
      id: hash,
      tenant: client?.tenant ?? NO_TENANT,
      payload: isSealed ? null : shown,
      sealed: isSealed ? seal.seal(payload, this.about(hash)) : null,
      // A grant belongs to itself.
      grantId: this.model === 'Grant' ? hash : payload.grantId === undefined ? null : hashOf(payload.grantId),
      accountId: payload.accountId ?? null,
      clientId: payload.clientId ?? null,
      uid: payload.uid === undefined ? null : hashOf(payload.uid),
      userCode: payload.userCode === undefined ? null : seal.pseudonym(payload.userCode),
      settled:
        this.model === 'DeviceCode' && (payload.accountId !== undefined || payload.error !== undefined),
      expiresAt: new Date(Date.now() + expiresInS * 1000),
    });
    if (!isNew) this.parts.events.decided();
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    if (this.model === 'Client') return this.parts.clients.findMetadata(id);
    return this.read(await this.parts.rows.find(this.model, hashOf(id)), id);
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.read(await this.parts.rows.findByUid(this.model, hashOf(uid)));
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    const { rows, seal } = this.parts;
    return this.read(await rows.findByUserCode(this.model, seal.pseudonym(userCode)));
  }

  async consume(id: string): Promise<void> {
    const { rows, events } = this.parts;
    if (await rows.consume(this.model, hashOf(id))) return;
    const lost = await this.find(id);
    await events.reused(this.model, lost?.grantId);
  }

  async destroy(id: string): Promise<void> {
    const { rows, clients, events } = this.parts;
    if (this.model === 'Client') return clients.unregister(id);
    if (this.model === 'Grant') {
      const grant = await this.find(id);
      const client = grant?.clientId === undefined ? undefined : await clients.find(grant.clientId);
      await rows.delete(this.model, hashOf(id));
      await events.revoked(id, client?.tenant ?? NO_TENANT);
      return;
    }
    await rows.delete(this.model, hashOf(id));
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await this.parts.rows.deleteOfGrant(this.model, hashOf(grantId));
  }

  private read(row: StateRow | undefined, id?: string): AdapterPayload | undefined {
    if (row === undefined) return undefined;
    const payload =
      row.sealed === null
        ? { jti: id, ...row.payload }
        : this.parts.seal.open(row.sealed, this.about(row.id));
    if (payload === undefined) return undefined;
    return row.consumed_at === null
      ? payload
      : { ...payload, consumed: Math.floor(row.consumed_at.getTime() / 1000) };
  }

  private about(hash: string): string {
    return `${this.model}:${hash}`;
  }
}
