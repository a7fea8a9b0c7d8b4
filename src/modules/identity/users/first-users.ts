import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../../../config/index.js';
import {
  DatabaseConnection,
  describeDatabaseError,
  type Query,
  RequestDatabase,
} from '../../../infrastructure/database/index.js';
import { PasswordHashes } from './password-hashes.js';
import type { NewUser } from './user.js';
import { UserRows } from './user-rows.js';

/** Any number does, as long as all replicas take the same. */
const FIRST_USERS_LOCK = 202_611_212;
const TENANT = 'default';
const ADMIN_EMAIL = 'admin@localhost';
const DEMO_EMAIL = 'demo@localhost';

/** Makes the administrator of the first start, and in development somebody to try it out with: once, by one replica. */
@Injectable()
export class FirstUsers implements OnApplicationBootstrap {
  private readonly logger = new Logger('FirstUsers');

  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(DatabaseConnection) private readonly connection: DatabaseConnection,
    @Inject(RequestDatabase) private readonly database: RequestDatabase,
    @Inject(UserRows) private readonly rows: UserRows,
    @Inject(PasswordHashes) private readonly hashes: PasswordHashes,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.connection.state === 'ready') await this.ensure();
    else this.connection.onReady(() => void this.ensure());
  }

  /** Never rejects. */
  private async ensure(): Promise<void> {
    try {
      await this.ensureOne(
        {
          tenant: TENANT,
          email: ADMIN_EMAIL,
          role: 'admin',
          name: 'Administrator',
          mustChangePassword: true,
        },
        'admin-password',
        "SELECT FROM users WHERE role = 'admin' LIMIT 1",
      );
      if (!this.config.oauth.demo) return;
      await this.ensureOne(
        { tenant: TENANT, email: DEMO_EMAIL, role: 'user', name: 'Demo', emailVerified: true },
        'demo-password',
        `SELECT FROM user_emails WHERE tenant = '${TENANT}' AND email_key = '${DEMO_EMAIL}'`,
      );
      const path = join(this.config.dataDir, 'demo-password');
      // Another replica may have made them, and the file is its own.
      const place = existsSync(path) ? path : 'demo-password in the data directory of who made them';
      this.logger.warn(
        `development: the user ${DEMO_EMAIL} (password in ${place}) and the public OAuth client citadel-demo exist`,
      );
    } catch (error) {
      this.logger.error(`the first users could not be made: ${describeDatabaseError(error)}`);
    }
  }

  private async ensureOne(user: NewUser, file: string, isThere: string): Promise<void> {
    const found = async (query: Query) => (await query<object>(isThere)).length > 0;
    if (await found(this.database.query)) return;
    const password = randomBytes(18).toString('base64url');
    // Before the lock is taken, which others wait for.
    const passwordHash = await this.hashes.hash(password);
    const path = join(this.config.dataDir, file);
    const made = await this.database.transaction(async (query) => {
      await query('SELECT pg_advisory_xact_lock($1)', [FIRST_USERS_LOCK]);
      if (await found(query)) return false;
      await this.rows.insert({ ...user, passwordHash }, query);
      // A password that nobody could read would shut everybody out: no file, no user.
      writeSecret(this.config.dataDir, path, password);
      return true;
    });
    if (made) this.logger.log(`made ${user.email}, whose password stands in ${path}`);
  }
}

/** Whole or not at all, and readable by nobody else from its first byte on. */
function writeSecret(directory: string, path: string, secret: string): void {
  mkdirSync(directory, { recursive: true });
  const draft = `${path}.${process.pid}.draft`;
  rmSync(draft, { force: true });
  writeFileSync(draft, `${secret}\n`, { flag: 'wx', mode: 0o600 });
  renameSync(draft, path);
}
