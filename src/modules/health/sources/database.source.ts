import { Inject, Injectable } from '@nestjs/common';
import { DatabaseHealth } from '../../../infrastructure/database/index.js';
import { type HealthPart, type HealthSource, NOT_SEEN_YET, type PartReport } from '../health-part.js';

/** The database. The gateway does without it as long as what belongs into it finds room elsewhere. */
@Injectable()
export class DatabaseSource implements HealthSource {
  private report: PartReport = NOT_SEEN_YET;

  constructor(@Inject(DatabaseHealth) private readonly database: DatabaseHealth) {}

  get parts(): readonly HealthPart[] {
    return [{ name: 'sql_database', report: this.report }];
  }

  async refresh(): Promise<void> {
    this.report = await this.database.check();
  }
}
