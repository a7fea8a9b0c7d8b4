import { Global, Module, type DynamicModule } from '@nestjs/common';
import {
  GenerationJournal,
  type BeginRecord,
  type JournalEntry,
  type OutcomeRecord,
} from '../../src/contracts/journal.js';
import { DatabaseConnection, DatabaseHealth } from '../../src/infrastructure/database/index.js';
import { JournalStatus } from '../../src/modules/audit/index.js';
import { eventually } from './eventually.js';

@Global()
@Module({})
class MemoryStorageModule {}

/** A journal that remembers what it was told, in place of the database. */
export class MemoryStorage implements GenerationJournal {
  readonly begins: BeginRecord[] = [];
  readonly outcomes: OutcomeRecord[] = [];
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
      providers: [
        { provide: GenerationJournal, useValue: this },
        { provide: JournalStatus, useValue: this },
        { provide: DatabaseHealth, useValue: health },
        { provide: DatabaseConnection, useValue: connection },
      ],
      exports: [GenerationJournal, JournalStatus, DatabaseHealth, DatabaseConnection],
    };
  }
}
