import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { GenerationStatus } from '../../../contracts/generation-outcome.js';
import type { Principal } from '../../../contracts/principal.js';
import { ProfileRegistry, type TunedProfile } from '../../agents/index.js';
import { LogDirectory, type FollowedLog } from '../../generation/index.js';
import { requireInside } from '../../streaming/index.js';
import type { Message } from './asked-by-message.js';
import { requireId, sayOfMessage } from './socket-calls.js';

/** A log somebody joins. */
export interface Watched {
  readonly source: FollowedLog;
  readonly status: GenerationStatus;
  /** First entry that is wanted. */
  readonly position: number;
  readonly profile: TunedProfile;
}

/** Finds what a client wants to follow that it did not begin on this connection: running, or ended a while ago. */
@Injectable()
export class WatchDesk {
  constructor(
    @Inject(LogDirectory) private readonly logs: LogDirectory,
    @Inject(ProfileRegistry) private readonly profiles: ProfileRegistry,
  ) {}

  /** Throws for an id that is unknown or somebody else's, a log that is not kept any more, and a place behind its end. */
  async find(
    caller: Principal,
    { generation_id: id, starting_after: after, profile }: Message,
  ): Promise<Watched> {
    const position = toPosition(after);
    const found = await this.logs.find(requireId(id), caller).catch(sayOfMessage);
    const { source } = found;
    requireInside(source, position);
    return {
      source,
      status: source.releasedOutcome?.status ?? 'running',
      // What is still to come may be far behind what is here already.
      position: source.ended ? Math.min(position, source.log.count) : position,
      profile: this.profiles.get(typeof profile === 'string' ? profile : found.profile),
    };
  }
}

/** Behind the last event the client has; from the beginning where it has none. */
function toPosition(after: unknown): number {
  if (after === undefined || after === null) return 0;
  if (typeof after === 'number' && Number.isInteger(after) && after >= -1) return after + 1;
  throw new GatewayError('invalid_value', 'starting_after must be a whole number of at least -1', {
    param: 'starting_after',
  });
}
