import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import QRCode from 'qrcode';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import { AppConfig, type IdentityConfig } from '../../../config/index.js';
import type { Principal } from '../../../contracts/principal.js';
import { RequestDatabase } from '../../../infrastructure/database/index.js';
import { isSignedBy, SIGNATURE_BYTES } from '../signatures/ed25519.js';
import { fromExactBase64 } from '../signatures/exact-base64.js';
import { parsePublicKey } from '../signatures/public-key.js';
import { Attempts, type AttemptLimit } from '../users/attempts.js';
import { UserSessions } from '../users/user-sessions.js';
import { Users } from '../users/users.service.js';
import type { DeviceDescription } from './device.js';
import { DeviceEntry, type DeviceToken, requireDevicePower } from './device-entry.js';
import { badKey, noAccount, verificationFailed } from './device-faults.js';
import { proofText } from './proof-text.js';

const LIFETIME_S = 180;
const CODE_BYTES = 24;
const CREATE: AttemptLimit = { kind: 'device-pairing', most: 20, withinS: 600 };
const PAIR: AttemptLimit = { kind: 'device-pair', most: 30, withinS: 600 };
/** Addresses belong to no tenant. */
const ALL = '*';

export interface Pairing {
  readonly id: string;
  readonly code: string;
  /** What the picture says. */
  readonly uri: string;
  readonly svg: string;
  readonly lifetimeS: number;
}

/** New devices that come in by a picture on the screen of somebody who is logged in. */
@Injectable()
export class Pairings implements OnModuleInit {
  private readonly clock = SYSTEM_CLOCK;
  private readonly identity: IdentityConfig;

  constructor(
    @Inject(AppConfig) { identity }: AppConfig,
    @Inject(RequestDatabase) private readonly database: RequestDatabase,
    @Inject(Attempts) private readonly attempts: Attempts,
    @Inject(Users) private readonly users: Users,
    @Inject(DeviceEntry) private readonly entry: DeviceEntry,
    @Inject(UserSessions) private readonly sessions: UserSessions,
  ) {
    this.identity = identity;
  }

  /** What somebody showed while they were logged in is worth nothing when they are not. */
  onModuleInit(): void {
    this.sessions.onEnd(async ({ id, tenant }) => {
      await this.database
        .forTenant(tenant)
        .query('DELETE FROM device_pairings WHERE user_id = $1 AND tenant = $2', [id, tenant]);
    });
  }

  async create(caller: Principal): Promise<Pairing> {
    const user = await this.users.findById(caller.id);
    if (user === undefined || user.tenant !== caller.tenant) throw noAccount();
    requireDevicePower(caller, user);
    await this.attempts.count(
      CREATE,
      { tenant: user.tenant, subject: user.id },
      'Too many pairings; come back later.',
    );
    const id = randomUUID();
    const code = randomBytes(CODE_BYTES).toString('base64url');
    await this.database.query(
      `INSERT INTO device_pairings (id, tenant, user_id, maker_device, code_hash, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [
        ...[id, user.tenant, user.id, caller.device ?? null],
        ...[digestOf(code), new Date(this.clock.now() + LIFETIME_S * 1000)],
      ],
    );
    const uri = `citadel-pair:?${new URLSearchParams({ gateway: this.identity.issuer, code }).toString()}`;
    return { id, code, uri, svg: await QRCode.toString(uri, { type: 'svg' }), lifetimeS: LIFETIME_S };
  }

  async pair({ code, publicKey, proof, description }: PairRequest, address: string): Promise<DeviceToken> {
    const key = parsePublicKey(publicKey);
    if (key === undefined) throw badKey('public_key');
    await this.attempts.count(PAIR, { tenant: ALL, subject: address }, 'Too many tries; come back later.');
    if (!this.isProof(code, key, proof)) throw verificationFailed();
    const device = randomUUID();
    const [used] = await this.database.query<{ user_id: string }>(
      `WITH used AS (
         UPDATE device_pairings SET used_at = $2
          WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2
            AND (maker_device IS NULL
                 OR EXISTS (SELECT FROM devices WHERE id = maker_device AND revoked_at IS NULL))
         RETURNING user_id
       ) SELECT user_id FROM used`,
      [digestOf(code), new Date(this.clock.now())],
    );
    const owner = used && (await this.users.findById(used.user_id));
    if (owner === undefined || owner.disabled) throw verificationFailed();
    await this.entry.put(owner, { id: device, publicKey: key, description }, this.database.query);
    return this.entry.issue(owner, device);
  }

  private isProof(code: string, key: Buffer, proof: string): boolean {
    const signature = fromExactBase64(proof, SIGNATURE_BYTES);
    const text = proofText('device-pairing', this.identity.audience, {
      code,
      'public-key': key.toString('base64url'),
    });
    return signature !== undefined && isSignedBy(key, text, signature);
  }
}

export interface PairRequest {
  readonly code: string;
  readonly publicKey: string;
  readonly proof: string;
  readonly description: DeviceDescription;
}

/** It is long and random, so that it cannot be guessed from this. */
const digestOf = (code: string): Buffer => createHash('sha256').update(code).digest();
