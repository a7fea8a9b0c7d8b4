import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SOURCES = fileURLToPath(new URL('../c/', import.meta.url));
const BINARIES = fileURLToPath(new URL('../bin/', import.meta.url));

export const LOAD_CLIENT = `${BINARIES}load-client`;
/** For sockets and channels: programs of Node. */
export const SOCKET_CLIENT = fileURLToPath(new URL('./socket-client.mjs', import.meta.url));
export const CHANNEL_CLIENT = fileURLToPath(new URL('./channel-client.mjs', import.meta.url));
export const FAKE_BACKEND = `${BINARIES}fake-backend`;

/** Compiles the two C programs when a source is younger than they are. */
export function buildPrograms() {
  mkdirSync(BINARIES, { recursive: true });
  const youngest = Math.max(...readdirSync(SOURCES).map((name) => statSync(SOURCES + name).mtimeMs));
  for (const binary of [LOAD_CLIENT, FAKE_BACKEND]) {
    if ((statSync(binary, { throwIfNoEntry: false })?.mtimeMs ?? 0) > youngest) continue;
    const source = `${SOURCES}${binary.slice(BINARIES.length)}.c`;
    execFileSync('gcc', ['-O2', '-Wall', '-Wextra', '-std=gnu17', source, '-o', binary], {
      stdio: 'inherit',
    });
  }
}
