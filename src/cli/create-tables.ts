import { loadConfig, readProcessEnv } from '../config/index.js';
import { createDataSource, runMigrations } from '../infrastructure/database/index.js';

// Creates what the database lacks; harmless when nothing is missing.
const config = loadConfig({ CITADEL_ENV: 'development', ...readProcessEnv() });
const dataSource = await createDataSource(config.database).initialize();
await runMigrations(dataSource);
await dataSource.destroy();
process.stdout.write('Database initialized successfully\n');
