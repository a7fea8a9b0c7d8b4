import { Inject, Injectable } from '@nestjs/common';
import { DatabaseHealth } from '../../../infrastructure/database/index.js';
import { JournalStatus } from '../../audit/index.js';
import { type HealthPart, type HealthSource, NOT_SEEN_YET, type PartReport } from '../health-part.js';

/** The database. It may be away as long as what belongs into it finds room elsewhere. */
@Injectable()
export class DatabaseSource implements HealthSource {
  private report: PartReport = NOT_SEEN_YET;

  constructor(
    @Inject(DatabaseHealth) private readonly database: DatabaseHealth,
    @Inject(JournalStatus) private readonly journal: JournalStatus,
  ) {}

  get parts(): readonly HealthPart[] {
    const { report } = this;
    return [
      {
        name: 'sql_database',
        report,
        ...(!this.journal.stats().hasRoom && { blocks: 'the spool of the audit has no room' }),
      },
    ];
  }

  async refresh(): Promise<void> {
    this.report = await this.database.check();
  }
}
