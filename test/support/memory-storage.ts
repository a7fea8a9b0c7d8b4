import { Global, Module, type DynamicModule } from '@nestjs/common';
import {
  GenerationJournal,
  type BeginRecord,
  type JournalEntry,
  type OutcomeRecord,
} from '../../src/contracts/journal.js';
import { DatabaseConnection, DatabaseHealth } from '../../src/infrastructure/database/index.js';
import { ChainStatus, JournalStatus } from '../../src/modules/audit/index.js';
import { CheckpointWriter } from '../../src/modules/audit/checkpoint/checkpoint-writer.js';
import { makeSigningKeys } from '../../src/modules/audit/testing/make-signing-keys.js';
import { MemoryChain } from '../../src/modules/audit/testing/memory-chain.js';
import { AuditController } from '../../src/modules/audit/verify/audit.controller.js';
import { AuditService } from '../../src/modules/audit/verify/audit.service.js';
import { ChainVerifier } from '../../src/modules/audit/verify/chain-verifier.js';
import { eventually } from './eventually.js';

@Global()
@Module({})
class MemoryStorageModule {}

/** A journal that remembers what it was told, in place of the database. */
export class MemoryStorage implements GenerationJournal {
  readonly begins: BeginRecord[] = [];
  readonly outcomes: OutcomeRecord[] = [];
  /** What is verified and signed. Nothing writes it but tests. */
  readonly chain = new MemoryChain();
  /** Holds or refuses the end of answers, when set. */
  onOutcome: (record: OutcomeRecord) => Promise<void> | undefined = () => undefined;

  begin(record: BeginRecord): JournalEntry {
    this.begins.push(record);
    return {
      outcome: (outcome) => {
        this.outcomes.push(outcome);
        return this.onOutcome(outcome);
      },
    };
  }

  enter(outcome: OutcomeRecord): Promise<void> | undefined {
    return this.begin(outcome.begin).outcome(outcome);
  }

  stats() {
    return {
      mode: 'required',
      written: this.outcomes.length,
      lost: 0,
      pending: 0,
      lagMs: 0,
      spoolBytes: 0,
      hasRoom: true,
    };
  }

  /** The outcome of a generation, when it has one. */
  outcomeOf(id: string): Promise<OutcomeRecord> {
    return eventually(
      () => this.outcomes.find(({ begin }) => begin.id === id),
      (record): record is OutcomeRecord => record !== undefined,
    ) as Promise<OutcomeRecord>;
  }

  module(): DynamicModule {
    const database = { database: 'memory', user: 'test' };
    const health = {
      isUp: true,
      check: () =>
        Promise.resolve({ status: 'healthy', database, connection_pool: { size: 1, max_size: 1 } }),
    };
    const connection = {
      state: 'ready',
      isReady: true,
      ready: () => Promise.resolve(),
      onReady: (tell: () => void) => tell(),
    };
    return {
      module: MemoryStorageModule,
      controllers: [AuditController],
      providers: [
        { provide: AuditService, useValue: this.auditService() },
        { provide: GenerationJournal, useValue: this },
        { provide: JournalStatus, useValue: this },
        { provide: ChainStatus, useValue: { stats: { broken: new Map(), written: 0, failure: undefined } } },
        { provide: DatabaseHealth, useValue: health },
        { provide: DatabaseConnection, useValue: connection },
      ],
      exports: [GenerationJournal, JournalStatus, ChainStatus, DatabaseHealth, DatabaseConnection],
    };
  }

  private auditService(): AuditService {
    const notes: { tenant: string; note: string }[] = [];
    const directory = {
      list: (tenant: string) =>
        Promise.resolve(notes.filter((each) => each.tenant === tenant).map(({ note }) => note)),
      append: (tenant: string, note: string) => Promise.resolve(void notes.push({ tenant, note })),
    };
    const keys = makeSigningKeys();
    const { chain } = this;
    const verifier = new ChainVerifier(chain, chain, directory, keys);
    return new AuditService(verifier, new CheckpointWriter(chain, directory, keys), keys);
  }
}
