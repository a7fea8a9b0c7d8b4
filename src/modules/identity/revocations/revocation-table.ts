import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { AppConfig } from '../../../config/index.js';
import { DatabaseConnection, RequestDatabase } from '../../../infrastructure/database/index.js';
import type { Revocation, RevocationKind } from './revocation.js';
import { Revocations, type RevocationStore } from './revocations.js';

/** Where there is a Redis messages come first: one that is lost is caught within this. */
const POLL_MS = 1_000;
/** Older rows were seen by a poll that went well, however late their transaction committed. */
const OVERLAP_S = 120;
/** A replica that could not ask for longer reads all. */
const MISSED_MS = (OVERLAP_S * 1_000) / 2;
const FORGET_EVERY_MS = 3_600_000;

interface Row {
  readonly tenant: string;
  readonly kind: RevocationKind;
  readonly id: string;
  readonly issued_before: Date | null;
  readonly until: Date | null;
}

const COLUMNS = 'tenant, kind, id, issued_before, until';

/** Revocations in the database. Of two about the same, what both mean together is kept. */
@Injectable()
export class RevocationTable implements RevocationStore, OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(RevocationTable.name);
  private readonly pollMs: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;
  private readAt = -Infinity;
  private forgotAt = performance.now();

  constructor(
    @Inject(AppConfig) config: AppConfig,
    @Inject(RequestDatabase) private readonly database: RequestDatabase,
    @Inject(DatabaseConnection) private readonly connection: DatabaseConnection,
    @Inject(Revocations) private readonly revocations: Revocations,
  ) {
    // Nobody else writes to the embedded one.
    if (config.database.kind === 'postgres') this.pollMs = POLL_MS;
  }

  /** Where the database is there, the first request already finds what it holds. */
  async onModuleInit(): Promise<void> {
    this.revocations.keepIn(this);
    if (this.connection.state === 'ready') return this.poll();
    this.connection.onReady(() => void this.poll());
  }

  onModuleDestroy(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  async save({ tenant, kind, id, issuedBeforeMs, untilMs }: Revocation): Promise<void> {
    await this.database.query(
      `INSERT INTO revocations AS known (${COLUMNS}, revoked_at)
       VALUES ($1, $2, $3, $4, $5, clock_timestamp())
       ON CONFLICT (tenant, kind, id) DO UPDATE SET
         issued_before = CASE WHEN known.issued_before IS NULL OR excluded.issued_before IS NULL THEN NULL
                              ELSE greatest(known.issued_before, excluded.issued_before) END,
         until = CASE WHEN known.until IS NULL OR excluded.until IS NULL THEN NULL
                      ELSE greatest(known.until, excluded.until) END,
         revoked_at = excluded.revoked_at`,
      [tenant, kind, id, toDate(issuedBeforeMs), toDate(untilMs)],
    );
  }

  /** All that holds the first time, and after an outage; then what is recent. */
  private async poll(): Promise<void> {
    try {
      const startedAt = performance.now();
      const isRecent = startedAt - this.readAt < MISSED_MS;
      const rows = await this.database.query<Row>(
        isRecent
          ? `SELECT ${COLUMNS} FROM revocations WHERE revoked_at > clock_timestamp() - $1::int * interval '1 second'`
          : `SELECT ${COLUMNS} FROM revocations WHERE until IS NULL OR until > clock_timestamp()`,
        isRecent ? [OVERLAP_S] : [],
      );
      if (isRecent) this.revocations.learn(rows.map(toRevocation));
      else this.revocations.learnAll(rows.map(toRevocation));
      this.readAt = startedAt;
      await this.forget(startedAt);
    } catch (error) {
      // What is known already holds on.
      const reason = error instanceof GatewayError ? error.message : undefined;
      this.logger.debug({ err: reason ?? error }, 'revocations could not be read');
    }
    if (this.isClosed) return;
    const again = this.pollMs ?? (this.readAt === -Infinity ? POLL_MS : undefined);
    if (again !== undefined) this.timer = setTimeout(() => void this.poll(), again).unref();
  }

  private async forget(now: number): Promise<void> {
    if (now - this.forgotAt < FORGET_EVERY_MS) return;
    this.forgotAt = now;
    await this.database.query('DELETE FROM revocations WHERE until <= clock_timestamp()');
  }
}

const toDate = (ms: number | undefined): Date | null => (ms === undefined ? null : new Date(ms));

const toRevocation = ({ tenant, kind, id, issued_before, until }: Row): Revocation => ({
  tenant,
  kind,
  id,
  ...(issued_before !== null && { issuedBeforeMs: issued_before.getTime() }),
  ...(until !== null && { untilMs: until.getTime() }),
});
