import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../../config/index.js';
import { APP_ROLE, TENANT_ROLE } from './app-role.js';
import { describeDatabaseError } from './describe-database-error.js';
import { GatewayDataSource } from './gateway-data-source.js';
import { runMigrations } from './run-migrations.js';

const FIRST_ATTEMPT_PATIENCE_MS = 3_000;
const RETRY_AFTER_MS = [250, 500, 1_000, 2_000] as const;

/**
 * Gets the database ready: connected, with its schema up to date. A server may be down when the gateway starts, and is
 * asked again and again; meanwhile whatever needs it fails at once. The embedded one comes up with the gateway or
 * refuses its start.
 */
@Injectable()
export class DatabaseConnection implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(DatabaseConnection.name);
  private readonly waiting: (() => void)[] = [];
  private current: 'connecting' | 'ready' | 'closed' = 'connecting';
  private retry: NodeJS.Timeout | undefined;
  private failures = 0;
  private lastFailure = '';

  constructor(
    @Inject(DataSource) private readonly dataSource: GatewayDataSource,
    @Inject(AppConfig) private readonly config: AppConfig,
  ) {}

  /** `ready` once connected and migrated; a server that goes away later does not change it, queries tell. */
  get state(): 'connecting' | 'ready' | 'closed' {
    return this.current;
  }

  /** Resolves when the database can be used. */
  ready(): Promise<void> {
    return new Promise((resolve) => this.onReady(resolve));
  }

  /** Calls back once: now, or when the database can be used. */
  onReady(callback: () => void): void {
    if (this.current === 'ready') callback();
    else this.waiting.push(callback);
  }

  async onModuleInit(): Promise<void> {
    if (this.config.database.kind === 'embedded') return this.connectOrClose();
    const first = this.attempt();
    await Promise.race([first, passed(FIRST_ATTEMPT_PATIENCE_MS)]);
  }

  /** Ends the asking; what is connected is closed by the module of the DataSource. */
  onApplicationShutdown(): void {
    this.current = 'closed';
    clearTimeout(this.retry);
  }

  private async attempt(): Promise<void> {
    try {
      await this.connect();
    } catch (error) {
      if (this.current === 'closed') return;
      this.tell(describeDatabaseError(error));
      const delay = RETRY_AFTER_MS[Math.min(this.failures, RETRY_AFTER_MS.length - 1)];
      this.failures += 1;
      this.retry = setTimeout(() => void this.attempt(), delay);
    }
  }

  private async connectOrClose(): Promise<void> {
    try {
      await this.connect();
    } catch (error) {
      if (this.dataSource.isInitialized) await this.dataSource.destroy();
      throw error;
    }
  }

  private async connect(): Promise<void> {
    const { dataSource } = this;
    if (!dataSource.isInitialized) await dataSource.initialize();
    const { executed, hasRole, hasTenantRole } = await runMigrations(dataSource);
    await dataSource.openLeast();
    if (this.current === 'closed') return dataSource.destroy();
    this.current = 'ready';
    this.logger.log({ migrations: executed }, `database ready: ${describe(this.config)}`);
    if (!hasRole) {
      this.logger.warn(
        `the login may not create the role ${APP_ROLE}, so only triggers keep the audit from being changed; ` +
          `let an administrator run: CREATE ROLE ${APP_ROLE}; GRANT ${APP_ROLE} TO the login`,
      );
    }
    if (!hasTenantRole) {
      this.logger.warn(
        `the login may not create the role ${TENANT_ROLE}, so the database itself keeps tenants apart ` +
          `${hasRole ? 'nowhere' : 'only where the gateway names one'}; ` +
          `let an administrator run: CREATE ROLE ${TENANT_ROLE}; GRANT ${TENANT_ROLE} TO the login`,
      );
    }
    for (const callback of this.waiting.splice(0)) callback();
  }

  /** Once per reason, not once per attempt. */
  private tell(failure: string): void {
    if (failure === this.lastFailure) return;
    this.lastFailure = failure;
    this.logger.warn(`no database yet, the gateway runs without and tries again: ${failure}`);
  }
}

const describe = ({ database }: AppConfig): string =>
  database.kind === 'embedded' ? `embedded PostgreSQL in ${database.directory}` : 'PostgreSQL';

const passed = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
