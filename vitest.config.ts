import { availableParallelism } from 'node:os';
import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  esbuild: false,
  oxc: false,
  plugins: [
    swc.vite({
      jsc: {
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
        target: 'es2022',
        keepClassNames: true,
      },
      module: { type: 'es6' },
    }),
  ],
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/restore-timers.ts'],
    projects: [
      { extends: true, test: { name: 'parts', include: ['src/**/*.spec.ts'] } },
      { extends: true, test: { name: 'product', include: ['test/**/*.spec.ts'] } },
    ],
    // Tests wait more than they work: two at a time, also where there are two processors.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Files share the modules of their worker: to load the application anew for each takes longer than the tests.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
