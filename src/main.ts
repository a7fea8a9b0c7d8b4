import './set-engine-flags.js';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from './app.setup.js';
import { printBanner } from './banner.js';
import { type HttpConfig, loadConfig, readProcessEnv } from './config/index.js';
import { makeDirectories } from './directories.js';
import { explainStartFault } from './explain-start-fault.js';
import { ExtraListeners } from './extra-listeners.js';
import { toListenError } from './listen-error.js';
import { RoutingReload } from './modules/models/index.js';
import { ReloadSignal } from './reload-signal.js';
import { Shutdown } from './shutdown.js';
import { readStartOptions, type StartOptions } from './start-options.js';

try {
  const options = readStartOptions(process.argv.slice(2));
  if (options.help === undefined) await start(options);
  else process.stdout.write(`${options.help}\n`);
} catch (error) {
  process.stderr.write(`Citadel cannot start: ${explainStartFault(error)}\n`);
  process.exit(1);
}

async function start({ isDevelopment }: StartOptions): Promise<void> {
  const hangUp = new ReloadSignal();
  const config = loadConfig({
    ...(isDevelopment ? { CITADEL_ENV: 'development' } : {}),
    ...readProcessEnv(),
  });
  makeDirectories(config);
  const app = await createApp(config);
  const shutdown = new Shutdown(app);
  shutdown.listen();
  const extra = await listen(app, config.http);
  shutdown.after(() => extra.close());
  hangUp.tell(() => void app.get(RoutingReload).reload());
  for (const choice of config.choices) new Logger('Start').log(choice);
  printBanner(app, config);
}

async function listen(app: NestFastifyApplication, http: HttpConfig): Promise<ExtraListeners> {
  try {
    await app.listen(http.port, http.host);
    return await ExtraListeners.open(app, http);
  } catch (error) {
    throw toListenError(error, http);
  }
}
