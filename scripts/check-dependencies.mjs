// Loads every production dependency, so that a broken installation shows before the first start.
import { readFile } from 'node:fs/promises';

const { dependencies } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
// Not libraries: what they hold is served as files.
const NOT_LOADED = new Set(['redoc', '@fastify/static']);

for (const name of Object.keys(dependencies)) {
  if (!NOT_LOADED.has(name)) await import(name);
}
console.log('All dependencies OK');
