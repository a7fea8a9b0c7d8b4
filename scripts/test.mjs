// `npm test`: sets up what is missing, then runs every test. Arguments go to the test runner.
import { spawnSync } from 'node:child_process';
import { build, installDependencies, requireNode, ROOT } from './prepare.mjs';

requireNode();
installDependencies();
build();
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)],
  {
    cwd: ROOT,
    stdio: 'inherit',
  },
);
process.exit(status ?? 1);
