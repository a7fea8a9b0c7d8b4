// `npm run crash [kills] [seed]`: kills the gateway and its database under load, many times, and compares what clients have
// seen with what is on record.
import { spawnSync } from 'node:child_process';
import { build, installDependencies, requireNode, ROOT } from './prepare.mjs';

const [kills = '50', seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
if (![kills, seed].every((number) => /^\d+$/.test(number))) {
  console.error('Usage: npm run crash [kills] [seed], both whole numbers');
  process.exit(2);
}
requireNode();
installDependencies();
build();
console.log(`${kills} kills, seed ${seed}`);
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', 'test/integration/crash.spec.ts'],
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, CRASH_KILLS: kills, CRASH_SEED: seed } },
);
process.exit(status ?? 1);
