// What a bare clone lacks: dependencies and a build. Does nothing where both are up to date.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(ROOT, ...parts);

/** By major version the least minor one in which deep recursion does not end the process (CVE-2025-59466). */
const LEAST_MINORS = { 20: 20, 22: 22, 24: 13 };

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 24 || minor >= LEAST_MINORS[major]) return;
  const least = Object.entries(LEAST_MINORS).map((version) => version.join('.'));
  console.error(`Citadel needs Node ${least.join(', ')} or later; this is ${process.versions.node}.`);
  process.exit(1);
}

export function installDependencies() {
  const installed = changedAt(at('node_modules', '.package-lock.json'));
  if (installed >= changedAt(at('package-lock.json')) && installed >= changedAt(at('package.json'))) return;
  console.error('Installing dependencies (once) …');
  run('npm', ['ci', '--include=dev', '--loglevel=error', '--no-audit', '--no-fund']);
}

export function build() {
  const built = changedAt(at('dist', '.tsbuildinfo'));
  const newest = Math.max(
    newestIn(at('src')),
    changedAt(at('tsconfig.json')),
    changedAt(at('package-lock.json')),
  );
  if (existsSync(at('dist', 'main.js')) && built >= newest) return;
  console.error('Building …');
  run('npm', ['run', '--silent', 'build']);
}

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

const changedAt = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

function newestIn(folder) {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile())
      newest = Math.max(newest, changedAt(join(entry.parentPath ?? entry.path, entry.name)));
  }
  return newest;
}
