import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { type Clock, SYSTEM_CLOCK } from '../../../common/clock.js';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { toGatewayError } from '../../../common/errors/to-gateway-error.js';
import { callerAddress } from '../../../common/http/caller-address.js';
import type { Verdict } from '../../../common/http/gatekeeper.js';
import { type SignedRequest, SignedRequests } from '../../../common/http/signed-requests.js';
import { TrustedNetworks } from '../../../common/http/trusted-networks.js';
import { AppConfig } from '../../../config/index.js';
import type { Principal } from '../../../contracts/principal.js';
import { FailedAttempts } from '../gate/failed-attempts.js';
import { isSignedBy } from './ed25519.js';
import { isSigned, readSignature } from './read-signature.js';
import type { SignatureClaim } from './signature-claim.js';
import { replayed, signatureInvalid } from './signature-faults.js';

/** Knows the keys of devices and the nonces they have used up. */
export interface SignatureKeys {
  /** Undefined for one that is not known, or not any more; it takes as long. */
  find(keyId: string): Promise<SigningKey | undefined>;
}

export interface SigningKey {
  readonly publicKey: Uint8Array;
  /** Who signs with it; undefined when they may not. */
  principal(): Promise<Principal | undefined>;
  /** Whether the nonce is new; of many at once, for one. */
  take(nonce: string): Promise<boolean>;
}

/** The base point: a key that is nobody's. */
const NOBODYS_KEY = Buffer.from(`58${'66'.repeat(31)}`, 'hex');
const NOTHING = Buffer.alloc(0);

/**
 * Requests that devices sign. First the form, then the time, then the key, then the signature, and only of what is signed
 * indeed the nonce is kept, else strangers would fill the store. A wrong signature and an unknown key look the same, but
 * for a key that nobody has no body is waited for.
 */
@Injectable()
export class DeviceSignatures extends SignedRequests {
  private keys: SignatureKeys | undefined;
  private readonly clock: Clock = SYSTEM_CLOCK;
  private readonly audience: string;
  private readonly networks: TrustedNetworks;

  constructor(
    @Inject(AppConfig) { identity, http }: Pick<AppConfig, 'identity' | 'http'>,
    @Inject(FailedAttempts) private readonly failures: FailedAttempts,
  ) {
    super();
    this.networks = new TrustedNetworks(http.trustedNetworks);
    this.audience = identity.audience;
  }

  /** Who knows the keys. Without, nobody's signature is good. */
  useKeys(keys: SignatureKeys): void {
    this.keys = keys;
  }

  isSigned(head: IncomingMessage): boolean {
    return isSigned(head);
  }

  read(head: IncomingMessage): SignedRequest | GatewayError {
    const claim = readSignature(head, this.audience, this.clock.now());
    if (claim instanceof GatewayError) return claim;
    const address = callerAddress(head, this.networks);
    const refusal = this.failures.refusalOf(address);
    if (refusal !== undefined) return refusal;
    const count = <T>(verdict: T): T => {
      if (verdict instanceof GatewayError && verdict.code === 'signature_invalid')
        this.failures.count(address, claim.keyId + claim.signature.toString('base64'));
      return verdict;
    };
    let key: Promise<SigningKey | undefined> | undefined;
    const findKey = () => (key ??= this.keys?.find(claim.keyId) ?? Promise.resolve(undefined));
    return {
      findObstacle: async () => {
        try {
          if ((await findKey()) !== undefined) return undefined;
          isSignedBy(NOBODYS_KEY, claim.baseOf(NOTHING) ?? NOTHING, claim.signature);
          return count(signatureInvalid());
        } catch (error) {
          return toGatewayError(error);
        }
      },
      verify: async (body) => {
        try {
          return count(await judge(claim, body, await findKey()));
        } catch (error) {
          return toGatewayError(error);
        }
      },
    };
  }
}

/** A signature is compared in any case, so that an unknown key takes no less work than a wrong signature. */
async function judge(claim: SignatureClaim, body: Buffer, key: SigningKey | undefined): Promise<Verdict> {
  const base = claim.baseOf(body);
  const isGood = isSignedBy(key?.publicKey ?? NOBODYS_KEY, base ?? NOTHING, claim.signature);
  if (key === undefined || base === undefined || !isGood) return signatureInvalid();
  const principal = await key.principal();
  if (principal === undefined) return signatureInvalid();
  return (await key.take(claim.nonce)) ? principal : replayed();
}
