import { hash } from 'node:crypto';
import { setTimeout as passed } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { newId } from '../../../common/new-id.js';
import { AppConfig } from '../../../config/index.js';
import { ID_PREFIX, LogDirectory, type FollowedLog } from '../../generation/index.js';
import type { AdmittedCall } from '../call.js';
import { IdempotencyClaims, type Claim } from './idempotency-claims.js';

/** Others may take a key that was given back, and fail as well. */
const MOST_TURNS = 5;
/** A key is held elsewhere a moment before its generation can be found. */
const LOOKS = 20;
const LOOK_AGAIN_MS = 50;

/** What answers a request with a key: a generation yet to begin under this id, or one that did. */
export type IdempotentAnswer =
  { readonly begins: string } | { readonly source: FollowedLog; readonly begins?: undefined };

/** The same key and the same request are answered by one generation, however often and wherever they are sent. */
@Injectable()
export class IdempotentCalls {
  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(IdempotencyClaims) private readonly claims: IdempotencyClaims,
    @Inject(LogDirectory) private readonly logs: LogDirectory,
  ) {}

  /** Throws `idempotency_conflict` when the key was used for another request. */
  async resolve(key: string, call: AdmittedCall): Promise<IdempotentAnswer> {
    const claim = this.toClaim(key, call);
    let held = await this.claims.take(claim);
    for (let turn = 0; held !== undefined && turn < MOST_TURNS; turn++) {
      if (held.fingerprint !== claim.fingerprint)
        throw new GatewayError('idempotency_conflict', 'The Idempotency-Key was used for another request.');
      const source = await this.find(held.id, call);
      if (source !== undefined && !hasFailed(source)) return { source };
      held = await this.claims.take(claim, held.id);
    }
    if (held === undefined) return { begins: claim.id };
    throw new GatewayError('server_busy', 'The request fails again and again elsewhere.', { retryAfterS: 1 });
  }

  /** The answer was refused: the key may be used again. */
  giveBack(id: string): void {
    this.claims.release(id);
  }

  private toClaim(
    key: string,
    { caller, terms, body, asked = body, agent, deadlineMs }: AdmittedCall,
  ): Claim {
    return {
      owner: caller.principal,
      key,
      fingerprint: hash(
        'sha256',
        JSON.stringify([caller.route, agent?.key, caller.session, asked]),
        'base64url',
      ),
      id: newId(terms.idPrefix ?? ID_PREFIX[body.kind]),
      ttlMs: Math.ceil(deadlineMs + this.config.streams.resumeTtlMs),
    };
  }

  private async find(id: string, { caller }: AdmittedCall): Promise<FollowedLog | undefined> {
    const begun = this.claims.whenBegun(id);
    if (begun !== undefined) {
      await begun;
      return this.logs.findHere(id, caller.principal)?.source;
    }
    for (let look = 0; look < LOOKS; look++) {
      try {
        return (await this.logs.find(id, caller.principal)).source;
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        if (error.code === 'stream_expired') return undefined;
        if (error.code !== 'generation_not_found') throw error;
      }
      await passed(LOOK_AGAIN_MS);
    }
    return undefined;
  }
}

const hasFailed = ({ releasedOutcome }: FollowedLog): boolean =>
  releasedOutcome !== undefined && releasedOutcome.status !== 'finished';
