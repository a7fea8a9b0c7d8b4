import { Module } from '@nestjs/common';
import type { StreamingProfile } from '../../contracts/streaming-profile.js';
import { ModelsModule } from '../models/index.js';
import { AgentRegistry } from './agent-registry.js';
import { OpenAiChatDialect } from './dialects/openai-chat.dialect.js';
import { OpenAiCompletionDialect } from './dialects/openai-completion.dialect.js';
import { ProfileRegistry } from './profile-registry.js';
import { PROFILES, StreamingProfiles } from './profiles/profiles.js';

/** Every way to spell a stream. Adding one is a file and a line here. */
const DIALECTS = [OpenAiChatDialect, OpenAiCompletionDialect];

@Module({
  imports: [ModelsModule],
  providers: [
    AgentRegistry,
    ProfileRegistry,
    ...DIALECTS,
    ...PROFILES,
    {
      provide: StreamingProfiles,
      useFactory: (...all: StreamingProfile[]): StreamingProfiles => all,
      inject: PROFILES,
    },
  ],
  exports: [AgentRegistry, ProfileRegistry, ...DIALECTS],
})
export class AgentsModule {}
