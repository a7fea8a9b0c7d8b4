import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Principal } from '../../../contracts/principal.js';
import { describeDatabaseError } from '../../../infrastructure/database/index.js';
import { originOf, verifierKeyFor } from '../checkpoint/checkpoint.js';
import { CheckpointWriter } from '../checkpoint/checkpoint-writer.js';
import { SigningKeys } from '../checkpoint/signing-keys.js';
import { ChainVerifier } from './chain-verifier.js';
import type { VerdictDto } from './dto/verdict.dto.js';
import type { VerifyChainDto } from './dto/verify-chain.dto.js';
import type { Verdict } from './verdict.js';

const MOST_AT_ONCE = 2;

/** What callers may ask about the record. */
@Injectable()
export class AuditService {
  private running = 0;

  constructor(
    @Inject(ChainVerifier) private readonly verifier: ChainVerifier,
    @Inject(CheckpointWriter) private readonly checkpoints: CheckpointWriter,
    @Inject(SigningKeys) private readonly keys: SigningKeys,
  ) {}

  async verify({ tenant, from, to, projection }: VerifyChainDto, caller: Principal): Promise<VerdictDto> {
    if (from != null && to != null && from > to)
      throw new GatewayError('invalid_value', 'from must not be greater than to', { param: 'from' });
    // Whether there is a chain of that name is told to nobody else either.
    if (tenant != null && tenant !== caller.tenant)
      throw new GatewayError('tenant_mismatch', 'The chain of another tenant cannot be asked for.', {
        param: 'tenant',
      });
    if (this.running >= MOST_AT_ONCE)
      throw new GatewayError('server_busy', `Chains are being verified already, ${MOST_AT_ONCE} at once.`);
    this.running += 1;
    try {
      return toDto(
        await this.verifier.verify({
          tenant: caller.tenant,
          ...(from != null && { from }),
          ...(to != null && { to }),
          withProjection: projection ?? false,
        }),
      );
    } catch (error) {
      throw new GatewayError('server_busy', 'The record cannot be read just now.', {
        cause: new Error(describeDatabaseError(error), { cause: error }),
      });
    } finally {
      this.running -= 1;
    }
  }

  async checkpoint({ tenant }: Principal): Promise<string> {
    const note = await this.checkpoints.latest(tenant);
    if (note === undefined) throw new GatewayError('not_found', 'Nothing is on record yet.');
    return note;
  }

  key({ tenant }: Principal): { public_key: string; verifier_key: string; origin: string } {
    return {
      public_key: this.keys.publicKey.export({ type: 'spki', format: 'pem' }) as string,
      verifier_key: verifierKeyFor(tenant, this.keys),
      origin: originOf(tenant),
    };
  }
}

function toDto(verdict: Verdict): VerdictDto {
  if (verdict.ok) return { ...verdict, link: verdict.link.toString('base64') };
  const { conversationId, ...rest } = verdict;
  return { ...rest, ...(conversationId !== undefined && { conversation_id: conversationId }) };
}
