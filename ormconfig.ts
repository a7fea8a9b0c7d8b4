import { loadConfig, readProcessEnv } from './src/config/index.js';
import { createDataSource } from './src/infrastructure/database/index.js';
import { ConversationEntity, MessageEntity } from './src/modules/audit/index.js';

/** For the TypeORM command line (`migration:show`, `migration:generate`, …), run through a TypeScript loader. */
export default createDataSource(loadConfig(readProcessEnv()).database, {
  entities: [ConversationEntity, MessageEntity],
});
