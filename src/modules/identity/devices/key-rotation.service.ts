import { Inject, Injectable } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { AppConfig } from '../../../config/index.js';
import type { Principal } from '../../../contracts/principal.js';
import { Revocations } from '../revocations/revocations.js';
import { isSignedBy, SIGNATURE_BYTES } from '../signatures/ed25519.js';
import { fromExactBase64 } from '../signatures/exact-base64.js';
import { parsePublicKey } from '../signatures/public-key.js';
import { isInWindow } from '../signatures/signature-claim.js';
import { signatureInvalid, timestampOutOfRange } from '../signatures/signature-faults.js';
import type { Device } from './device.js';
import { badKey } from './device-faults.js';
import { DeviceRows } from './device-rows.js';
import { Devices } from './devices.service.js';
import { proofText } from './proof-text.js';

/** By then every replica has heard of it. */
const REVOKED_FOR_MS = 60 * 60_000;

export interface KeyRotation {
  readonly device?: string;
  readonly newKey: string;
  /** In seconds since 1970. */
  readonly timestamp: number;
  /** By the old key. */
  readonly signature: string;
  /** By the new key. */
  readonly proof: string;
}

/** Exchanges the key of a device: the old one says so, the new one shows that it is there, and the old one is dead. */
@Injectable()
export class KeyRotations {
  private readonly clock = SYSTEM_CLOCK;
  private readonly audience: string;

  constructor(
    @Inject(AppConfig) { identity }: AppConfig,
    @Inject(Devices) private readonly devices: Devices,
    @Inject(DeviceRows) private readonly rows: DeviceRows,
    @Inject(Revocations) private readonly revocations: Revocations,
  ) {
    this.audience = identity.audience;
  }

  async rotate(caller: Principal, asked: KeyRotation): Promise<{ device: string; newKey: Buffer; at: Date }> {
    const newKey = parsePublicKey(asked.newKey);
    if (newKey === undefined) throw badKey('public_key');
    const device = await this.devices.current(caller, asked.device);
    const at = new Date(this.clock.now());
    if (!isInWindow(asked.timestamp, at.getTime())) throw timestampOutOfRange();
    this.checkProofs(device, newKey, asked);
    if (newKey.equals(device.publicKey)) throw usedBefore();
    if (await this.rows.replaceKey(device, newKey, at)) {
      await this.endOldKey(device, at);
      return { device: device.id, newKey, at };
    }
    // Somebody was faster with the same old key, or the new one is none.
    const current = await this.devices.get(caller, device.id);
    throw current.publicKey.equals(device.publicKey) ? usedBefore() : signatureInvalid();
  }

  /** No request is signed by it any more; here goes what it has opened and what is open still. */
  private async endOldKey({ id, tenant }: Device, at: Date): Promise<void> {
    const issuedBeforeMs = at.getTime();
    const untilMs = issuedBeforeMs + REVOKED_FOR_MS;
    await this.revocations.revoke({ kind: 'credential', id, tenant, issuedBeforeMs, untilMs });
  }

  private checkProofs(device: Device, newKey: Buffer, { timestamp, signature, proof }: KeyRotation): void {
    const text = proofText('key-rotation', this.audience, {
      device: device.id,
      timestamp: String(timestamp),
      'old-key': device.publicKey.toString('base64url'),
      'new-key': newKey.toString('base64url'),
    });
    const isBy = (key: Buffer, encoded: string) => {
      const bytes = fromExactBase64(encoded, SIGNATURE_BYTES);
      return bytes !== undefined && isSignedBy(key, text, bytes);
    };
    if (!isBy(device.publicKey, signature) || !isBy(newKey, proof)) throw signatureInvalid();
  }
}

const usedBefore = () =>
  new GatewayError('invalid_value', 'public_key must be one that the device has not had before.', {
    param: 'public_key',
  });
