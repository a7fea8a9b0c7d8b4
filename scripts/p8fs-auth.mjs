#!/usr/bin/env node
// `p8fs-auth`: sets up what is missing, then makes tokens. Only the token goes to standard output.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build, installDependencies, requireNode, ROOT } from './prepare.mjs';

requireNode();
// Where `npm start` looks for settings and keys.
process.chdir(ROOT);
if (existsSync(join(ROOT, 'src'))) {
  installDependencies();
  build();
}
await import('../dist/cli/p8fs-auth.js');
