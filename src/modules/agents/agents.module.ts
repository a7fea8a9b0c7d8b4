import { Module } from '@nestjs/common';
import type { StreamDialect } from '../../contracts/stream-dialect.js';
import type { StreamingProfile } from '../../contracts/streaming-profile.js';
import { ModelsModule } from '../models/index.js';
import { AgentRegistry } from './agent-registry.js';
import { AgentTypes } from './agent-types.js';
import { DialectRegistry } from './dialect-registry.js';
import { DIALECTS, StreamDialects } from './dialects/dialects.js';
import { ProfileRegistry } from './profile-registry.js';
import { PROFILES, StreamingProfiles } from './profiles/profiles.js';

@Module({
  imports: [ModelsModule],
  providers: [
    AgentRegistry,
    AgentTypes,
    DialectRegistry,
    ProfileRegistry,
    ...DIALECTS,
    ...PROFILES,
    {
      provide: StreamDialects,
      useFactory: (...all: StreamDialect[]): StreamDialects => all,
      inject: DIALECTS,
    },
    {
      provide: StreamingProfiles,
      useFactory: (...all: StreamingProfile[]): StreamingProfiles => all,
      inject: PROFILES,
    },
  ],
  exports: [AgentRegistry, AgentTypes, DialectRegistry, ProfileRegistry],
})
export class AgentsModule {}
