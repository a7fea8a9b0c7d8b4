export { AuditModule } from './audit.module.js';
export { ChainStatus } from './checkpoint/chain-status.js';
export { ConversationStore } from './conversation-store.js';
export { ConversationEntity } from './entities/conversation.entity.js';
export { MessageEntity } from './entities/message.entity.js';
export { type JournalStats, JournalStatus } from './journal/journal-status.js';
