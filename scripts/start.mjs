// `npm start`: sets up what is missing, then serves with development settings unless CITADEL_ENV says otherwise.
import { spawn } from 'node:child_process';
import { build, installDependencies, requireNode, ROOT } from './prepare.mjs';

const npm = process.env.npm_lifecycle_event === 'start' ? process.ppid : undefined;
const LOOK_EVERY_MS = 500;

requireNode();
installDependencies();
build();

// The growth of the heap would otherwise show as pauses in the first minutes of many streams; in a young generation of the
// usual size what belongs to one request outlives two collections, and is kept. Node's own code in large pages: a machine that
// looks up fewer of them is faster. In a group of its own, so that Ctrl-C reaches it once: through us. By a channel, which
// closes where we are killed.
const gateway = spawn(
  process.execPath,
  [
    '--initial-heap-size=512',
    '--max-semi-space-size=32',
    '--use-largepages=silent',
    'dist/main.js',
    '--development',
    ...process.argv.slice(2),
  ],
  { cwd: ROOT, stdio: ['inherit', 'inherit', 'inherit', 'ipc'], detached: true },
);
// Nor does npm say anything when it is killed.
const look = npm === undefined ? undefined : setInterval(lookForNpm, LOOK_EVERY_MS);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => end(signal));
// A terminal that is closed says the same as an operator who wants the routing read anew.
process.on('SIGHUP', () => (process.stdout.isTTY ? end('SIGTERM') : gateway.kill('SIGHUP')));
gateway.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 0)));

function lookForNpm() {
  if (process.ppid !== npm) end('SIGTERM');
}

function end(signal) {
  clearInterval(look);
  gateway.kill(signal);
}
