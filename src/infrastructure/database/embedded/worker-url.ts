import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * The worker as node can run it: compiled beside us, or, where the TypeScript sources run as they are (tests), compiled
 * on the spot.
 */
export function embeddedPostgresWorkerUrl(): URL {
  const compiled = new URL('./embedded-postgres.worker.js', import.meta.url);
  return existsSync(compiled) ? compiled : compile(new URL('./embedded-postgres.worker.ts', import.meta.url));
}

function compile(source: URL): URL {
  const require = createRequire(import.meta.url);
  const { transpileModule, ModuleKind, ScriptTarget } = require('typescript') as typeof import('typescript');
  const { outputText } = transpileModule(readFileSync(source, 'utf8'), {
    compilerOptions: { module: ModuleKind.ESNext, target: ScriptTarget.ES2022 },
  });
  // A data: URL has no folder, so packages are named by their address.
  const addressed = outputText.replace(/(?<=from ')@[^']+/g, (specifier) => import.meta.resolve(specifier));
  return new URL(`data:text/javascript,${encodeURIComponent(addressed)}`);
}
