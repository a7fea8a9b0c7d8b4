import { setFlagsFromString } from 'node:v8';
import { engineFlags } from './engine-flags.js';

// What is compiled before has none of it: this is imported first.
for (const flag of engineFlags(process.versions.v8)) setFlagsFromString(flag);
