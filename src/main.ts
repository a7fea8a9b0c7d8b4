import './engine-flags.js';
import { Logger } from '@nestjs/common';
import { createApp } from './app.setup.js';
import { printBanner } from './banner.js';
import { ConfigError, loadConfig, readProcessEnv } from './config/index.js';
import { DirectoryInUseError } from './infrastructure/filesystem/index.js';
import { ExtraListeners } from './extra-listeners.js';
import { RoutingReload } from './modules/models/index.js';
import { Shutdown } from './shutdown.js';

try {
  await start();
} catch (error) {
  // Mistakes of set-up need no stack; anything else does.
  const isMistake =
    error instanceof ConfigError ||
    error instanceof DirectoryInUseError ||
    (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  process.stderr.write(
    `Citadel cannot start: ${isMistake ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`,
  );
  process.exit(1);
}

async function start(): Promise<void> {
  const isDevelopment = process.argv.includes('--development');
  const config = loadConfig({
    ...(isDevelopment ? { CITADEL_ENV: 'development' } : {}),
    ...readProcessEnv(),
  });
  const app = await createApp(config);
  const shutdown = new Shutdown(app);
  shutdown.listen();
  await app.listen(config.http.port, config.http.host);
  const extra = await ExtraListeners.open(app, config.http);
  shutdown.after(() => extra.close());
  process.on('SIGHUP', () => void app.get(RoutingReload).reload());
  for (const choice of config.choices) new Logger('Start').log(choice);
  printBanner(app, config);
}
