export { AgentRegistry } from './agent-registry.js';
export { AgentTypes, type AgentType } from './agent-types.js';
export { AgentsModule } from './agents.module.js';
export { wholeAnswers } from './dialects/answer-words.js';
export { DialectRegistry } from './dialect-registry.js';
export { toCompletionReason } from './dialects/openai-completion.dialect.js';
export { SYSTEM_FINGERPRINT } from './dialects/openai-frames.js';
export { ProfileRegistry, type TunedProfile } from './profile-registry.js';
