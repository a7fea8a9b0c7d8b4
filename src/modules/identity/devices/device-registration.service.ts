import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { AppConfig } from '../../../config/index.js';
import { ANONYMOUS } from '../../../contracts/principal.js';
import { RequestDatabase } from '../../../infrastructure/database/index.js';
import { isMailAddress } from '../../../common/mail/mail-address.js';
import { isSignedBy, SIGNATURE_BYTES } from '../signatures/ed25519.js';
import { fromExactBase64 } from '../signatures/exact-base64.js';
import { parsePublicKey } from '../signatures/public-key.js';
import { Attempts, type AttemptLimit } from '../users/attempts.js';
import { Users } from '../users/users.service.js';
import type { DeviceDescription } from './device.js';
import { DeviceEntry, type DeviceToken } from './device-entry.js';
import { badKey, verificationFailed } from './device-faults.js';
import { CODE_LIFETIME_S, MailCodes } from './mail-codes.js';
import { proofText } from './proof-text.js';

const REGISTER: AttemptLimit = { kind: 'device-register', most: 10, withinS: 600 };
const VERIFY: AttemptLimit = { kind: 'device-verify', most: 30, withinS: 600 };
const TOO_MANY = 'Too many devices were registered from your address; come back later.';
/** Addresses belong to no tenant. */
const ALL = '*';

export interface Registration {
  readonly email: string;
  readonly publicKey: string;
  readonly description: DeviceDescription;
}

/** What is kept until the code comes back. */
interface Pending {
  readonly publicKey: string;
  readonly challenge: string;
  readonly description: DeviceDescription;
}

/** Devices that come in by the mailbox of their user. Nothing here tells whether anybody knew the mailbox before. */
@Injectable()
export class DeviceRegistration {
  private readonly audience: string;
  private readonly signUp: boolean;

  constructor(
    @Inject(AppConfig) { identity }: AppConfig,
    @Inject(RequestDatabase) private readonly database: RequestDatabase,
    @Inject(MailCodes) private readonly codes: MailCodes,
    @Inject(Attempts) private readonly attempts: Attempts,
    @Inject(Users) private readonly users: Users,
    @Inject(DeviceEntry) private readonly entry: DeviceEntry,
  ) {
    this.audience = identity.audience;
    this.signUp = identity.deviceSignUp;
  }

  async register(
    { email, publicKey, description }: Registration,
    address: string,
  ): Promise<{ device: string; challenge: string; lifetimeS: number }> {
    const key = parsePublicKey(publicKey);
    if (key === undefined) throw badKey('public_key');
    if (!isMailAddress(email))
      throw new GatewayError('invalid_value', 'email must be an email address.', { param: 'email' });
    await this.attempts.count(REGISTER, { tenant: ALL, subject: address }, TOO_MANY);
    const challenge = randomBytes(32).toString('base64url');
    const pending: Pending = { publicKey: key.toString('base64url'), challenge, description };
    const device = await this.codes.send({
      purpose: 'device',
      // Others are joined by pairing: here nobody knows yet that the caller belongs to one.
      tenant: ANONYMOUS.tenant,
      email,
      details: pending,
      subject: 'Your code to connect a device',
      text: (code) =>
        `The code to connect a device to your account is ${code}.\n\n` +
        'It is good for 10 minutes. Nobody will ever ask you for it. If you did not ask for it yourself, ' +
        'somebody has entered your address; you need do nothing.\n',
    });
    return { device, challenge, lifetimeS: CODE_LIFETIME_S };
  }

  async verify(
    { device, code, proof }: { device: string; code: string; proof: string },
    address: string,
  ): Promise<DeviceToken> {
    await this.attempts.count(VERIFY, { tenant: ALL, subject: address }, 'Too many tries; come back later.');
    const found = await this.codes.check<Pending>('device', device, code);
    if (found === undefined || !this.isProof(found.id, found.details, proof)) throw verificationFailed();
    const { tenant, email, details } = found;
    const user = this.signUp
      ? await this.users.findOrCreateByEmail(tenant, email)
      : await this.users.findByEmail(tenant, email);
    if (user === undefined || user.disabled) throw verificationFailed();
    const publicKey = Buffer.from(details.publicKey, 'base64url');
    await this.database.transaction(async (query) => {
      if (!(await this.codes.use(found.id, query))) throw verificationFailed();
      await this.entry.put(user, { id: found.id, publicKey, description: details.description }, query);
    });
    await this.users.addEmail(user, email, { verified: true });
    return this.entry.issue(user, found.id);
  }

  private isProof(device: string, { publicKey, challenge }: Pending, proof: string): boolean {
    const signature = fromExactBase64(proof, SIGNATURE_BYTES);
    const text = proofText('device-verification', this.audience, {
      device,
      challenge,
      'public-key': publicKey,
    });
    return signature !== undefined && isSignedBy(Buffer.from(publicKey, 'base64url'), text, signature);
  }
}
