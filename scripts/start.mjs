// `npm start`: sets up what is missing, then serves with development settings unless CITADEL_ENV says otherwise.
import { spawn } from 'node:child_process';
import { build, installDependencies, requireNode, ROOT } from './prepare.mjs';

requireNode();
installDependencies();
build();

// The young generation's growth would otherwise show as pauses in the first minutes of many streams.
const gateway = spawn(
  process.execPath,
  ['--initial-heap-size=512', 'dist/main.js', '--development', ...process.argv.slice(2)],
  {
    cwd: ROOT,
    stdio: 'inherit',
  },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => gateway.kill(signal));
gateway.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 0)));
