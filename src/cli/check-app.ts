import { createApp } from '../app.setup.js';
import { loadConfig, readProcessEnv } from '../config/index.js';

// Puts the whole application together without opening a port or the database.
const config = loadConfig({ CITADEL_ENV: 'development', LOG_LEVEL: 'warn', ...readProcessEnv() });
await createApp(config);
process.stdout.write(`Gateway imported successfully (${config.project.name} ${config.project.version})\n`);
process.exit(0);
