import { rm } from 'node:fs/promises';
import type { ProcessEnv } from '../../src/config/index.js';
import { createOnServer, kindsAtHand, temporaryDirectory } from './database-support.js';

/** Settings of gateways on a database that outlives them. */
export interface LastingDatabase {
  readonly env: ProcessEnv;
  remove(): Promise<void>;
}

export const LASTING_KINDS = kindsAtHand<{ kind: string; open: () => Promise<LastingDatabase> }>(
  {
    kind: 'the embedded database',
    open: async () => {
      const directory = await temporaryDirectory();
      return {
        env: { CITADEL_DATA_DIR: directory },
        remove: () => rm(directory, { recursive: true, force: true }),
      };
    },
  },
  {
    kind: 'a PostgreSQL server',
    open: async () => {
      const database = await createOnServer();
      return { env: { DATABASE_URL: database.config.url }, remove: () => database.remove() };
    },
  },
);
