import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type {
  BeginRecord,
  GenerationJournal,
  JournalEntry,
  OutcomeRecord,
} from '../../../contracts/journal.js';
import type { WireText } from '../../../contracts/wire-text.js';
import type { DatabaseConnection, GatewayDataSource } from '../../../infrastructure/database/index.js';
import type { TenantChains } from '../chain/tenant-chains.js';
import { type Asked, askedJson, readAsked, withoutHistory } from '../record/asked.js';
import { endedJson, readEnded } from '../record/ended.js';
import { projectOutcome } from '../record/projection.js';
import { type Spool, SpoolFullError } from '../spool/spool.js';
import type { SpoolTicket } from '../spool/spool-segment.js';
import type { JournalStats, JournalStatus } from './journal-status.js';
import { OutcomeWriter } from './outcome-writer.js';

const CLOSE_TIMEOUT_MS = 5_000;
const RETRY_AFTER_S = 5;

export interface JournalParts {
  readonly spool: Spool;
  readonly chains: TenantChains;
  readonly dataSource: GatewayDataSource;
  readonly connection: DatabaseConnection;
}

/** The first half of a record. */
interface Begun {
  readonly asked: Asked;
  readonly text: WireText;
  /** Where it is in the spool. */
  readonly begun: SpoolTicket | undefined;
}

/**
 * Puts generations on record: their begin into the spool before a backend is called, their outcome into the database
 * before the end of the answer leaves, or into the spool while the database is away.
 */
export class AuditJournal implements GenerationJournal, JournalStatus, OnApplicationShutdown {
  private readonly logger = new Logger(AuditJournal.name);
  private readonly spool: Spool;
  private readonly writer: OutcomeWriter;
  private readonly isRequired: boolean;
  private closing: Promise<void> | undefined;
  private lost = 0;

  constructor(
    private readonly mode: 'required' | 'best_effort',
    { spool, chains, dataSource, connection }: JournalParts,
  ) {
    this.spool = spool;
    this.isRequired = mode === 'required';
    this.writer = new OutcomeWriter(spool, chains);
    connection.onReady(() => this.writer.retryNow());
    dataSource.beforeClose(() => this.close());
  }

  stats(): JournalStats {
    const { mode, spool } = this;
    const lost = this.lost + spool.damagedCount;
    return {
      mode,
      ...this.writer.stats,
      lost,
      spoolBytes: spool.size,
      hasRoom: spool.hasRoom && spool.isWritable,
    };
  }

  begin(record: BeginRecord): JournalEntry {
    const asked = readAsked(record);
    const text = askedJson(asked);
    const { tenant, id: subject } = record;
    let begun: SpoolTicket | undefined;
    try {
      begun = this.spool.append({ kind: 'begin', tenant, subject, text });
    } catch (error) {
      if (this.isRequired) throw this.unavailable(error);
    }
    const first = { asked: withoutHistory(asked), text, begun };
    return { outcome: (outcome) => this.outcome(first, outcome) };
  }

  enter(record: OutcomeRecord): Promise<void> | undefined {
    // What room is left then is for the ends of what has begun.
    if (!this.spool.hasRoom)
      return this.failed(new SpoolFullError('The spool takes nothing more that begins.'));
    const asked = readAsked(record.begin);
    return this.outcome({ asked, text: askedJson(asked), begun: undefined }, record);
  }

  /** For a database that was never reached; otherwise all is written by now. */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  /**
   * The end of an answer waits until its record is durable. Vectors do not: of them only hashes are on record, and what is
   * in the spool outlives the process.
   */
  private outcome({ asked, text, begun }: Begun, record: OutcomeRecord): Promise<void> | undefined {
    const { tenant, id: subject, kind } = record.begin;
    try {
      const ended = readEnded(record);
      const entry = { kind: 'outcome', tenant, subject, text: text + endedJson(ended) } as const;
      const project = () => projectOutcome(asked, ended);
      if (kind !== 'embedding')
        return this.writer.commit(entry, begun, project).catch((error: unknown) => this.failed(error));
      this.writer.commitSoon(entry, begun, project);
    } catch (error) {
      return this.failed(error);
    }
    return undefined;
  }

  private failed(error: unknown): Promise<void> {
    if (this.isRequired) return Promise.reject(this.unavailable(error));
    this.lost += 1;
    if (this.lost === 1) this.logger.error({ err: error }, 'generations are answered and not put on record');
    return Promise.resolve();
  }

  private unavailable(cause: unknown): GatewayError {
    return new GatewayError('audit_unavailable', 'The audit cannot take a record now.', {
      retryAfterS: RETRY_AFTER_S,
      cause,
    });
  }

  private close(): Promise<void> {
    this.closing ??= this.writer.close(CLOSE_TIMEOUT_MS).then(() => this.spool.close());
    return this.closing;
  }
}
