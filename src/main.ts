import { createApp } from './app.setup.js';
import { ConfigError, loadConfig, readProcessEnv } from './config/index.js';

const config = loadConfig(readProcessEnv());
const app = await createApp(config);
app.enableShutdownHooks();
await app.listen(config.http.port, config.http.host);
void ConfigError;
