import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { GatewayError } from '../../common/errors/gateway.error.js';
import { ConfigError } from '../../config/index.js';
import type { ProfileSettings, StreamingProfile } from '../../contracts/streaming-profile.js';
import { RoutingTable } from '../models/index.js';
import { StreamingProfiles } from './profiles/profiles.js';

/** A profile with the numbers it runs with. */
export interface TunedProfile {
  readonly profile: StreamingProfile;
  readonly settings: ProfileSettings;
}

@Injectable()
export class ProfileRegistry implements OnModuleInit {
  private readonly profiles: ReadonlyMap<string, StreamingProfile>;

  constructor(
    @Inject(StreamingProfiles) profiles: StreamingProfiles,
    @Inject(RoutingTable) private readonly routing: RoutingTable,
  ) {
    this.profiles = new Map(profiles.map((profile) => [profile.name, profile]));
  }

  /** Refuses numbers for a profile that does not exist, now and when they are read anew. */
  onModuleInit(): void {
    this.routing.demand(({ profiles }) => {
      const unknown = Object.keys(profiles).find((name) => !this.profiles.has(name));
      if (unknown === undefined) return;
      throw new ConfigError(
        `routing.yaml: agent_streaming_config names the unknown profile ${unknown}; there are ${this.names}`,
      );
    });
  }

  find(name: string): TunedProfile | undefined {
    const profile = this.profiles.get(name);
    if (profile === undefined) return undefined;
    const configured = this.routing.current.profiles;
    const settings = Object.hasOwn(configured, name) ? configured[name] : undefined;
    return { profile, settings: { ...profile.defaults, ...settings } };
  }

  /** Throws `invalid_value` for an unknown name. */
  get(name: string, param = 'profile'): TunedProfile {
    const found = this.find(name);
    if (found !== undefined) return found;
    throw new GatewayError('invalid_value', `No streaming profile of this name; there are ${this.names}.`, {
      param,
    });
  }

  private get names(): string {
    return [...this.profiles.keys()].join(', ');
  }
}
