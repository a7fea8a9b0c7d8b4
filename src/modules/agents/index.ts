export { AgentRegistry } from './agent-registry.js';
export { AgentsModule } from './agents.module.js';
export { OpenAiChatDialect } from './dialects/openai-chat.dialect.js';
export { OpenAiCompletionDialect, toCompletionReason } from './dialects/openai-completion.dialect.js';
export { SYSTEM_FINGERPRINT } from './dialects/openai-frames.js';
export { ProfileRegistry, type TunedProfile } from './profile-registry.js';
