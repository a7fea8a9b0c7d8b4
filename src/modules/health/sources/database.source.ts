import { Inject, Injectable } from '@nestjs/common';
import { DatabaseHealth } from '../../../infrastructure/database/index.js';
import { DatabaseJournal } from '../../audit/index.js';
import { type HealthPart, type HealthSource, NOT_SEEN_YET, type PartReport } from '../health-part.js';

/** The database. It may be away as long as what belongs into it finds room elsewhere. */
@Injectable()
export class DatabaseSource implements HealthSource {
  private report: PartReport = NOT_SEEN_YET;
  private dropped = 0;
  private losing = false;

  constructor(
    @Inject(DatabaseHealth) private readonly database: DatabaseHealth,
    @Inject(DatabaseJournal) private readonly journal: DatabaseJournal,
  ) {}

  get parts(): readonly HealthPart[] {
    const { report } = this;
    return [
      {
        name: 'sql_database',
        report,
        ...(this.losing && { blocks: 'the journal has no room while it is away' }),
      },
    ];
  }

  async refresh(): Promise<void> {
    this.report = await this.database.check();
    const { dropped } = this.journal.stats();
    if (this.report.status === 'healthy') this.losing = false;
    else if (dropped > this.dropped) this.losing = true;
    this.dropped = dropped;
  }
}
