import { Inject, Injectable } from '@nestjs/common';
import type { BudgetPeriod, BudgetScope, BudgetSettings } from '../../../config/index.js';
import { RequestDatabase } from '../../../infrastructure/database/index.js';

/** A budget that an administrator has set, for all or a part of a tenant. */
export interface SetBudget extends BudgetSettings {
  readonly tenant: string;
}

interface Row {
  readonly tenant: string;
  readonly scope: BudgetScope;
  readonly subject: string;
  readonly period: BudgetPeriod;
  readonly tokens: string | null;
  readonly dollars: number | null;
}

const SELECT = 'SELECT tenant, scope, subject, period, tokens::text, dollars FROM budgets';

/** Budgets in the database. */
@Injectable()
export class BudgetRows {
  constructor(@Inject(RequestDatabase) private readonly database: RequestDatabase) {}

  async all(): Promise<SetBudget[]> {
    return (await this.database.query<Row>(SELECT)).map(toBudget);
  }

  async of(tenant: string): Promise<SetBudget[]> {
    const rows = await this.database
      .forTenant(tenant)
      .query<Row>(`${SELECT} WHERE tenant = $1 ORDER BY scope, subject, period`, [tenant]);
    return rows.map(toBudget);
  }

  async set({ tenant, scope, subject, period, tokens, dollars }: SetBudget, by: string): Promise<void> {
    await this.database.forTenant(tenant).query(
      `INSERT INTO budgets (tenant, scope, subject, period, tokens, dollars, set_by, set_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, now())
       ON CONFLICT (tenant, scope, subject, period) DO UPDATE SET
         tokens = excluded.tokens, dollars = excluded.dollars, set_by = excluded.set_by, set_at = excluded.set_at`,
      [tenant, scope, subject, period, tokens ?? null, dollars ?? null, by],
    );
  }

  /** Whether there was one. Without a period those of all periods go. */
  async delete(tenant: string, scope: string, subject: string, period: string | undefined): Promise<boolean> {
    const rows = await this.database.forTenant(tenant).query(
      `WITH gone AS (
         DELETE FROM budgets WHERE tenant = $1 AND scope = $2 AND subject = $3 AND ($4::text IS NULL OR period = $4)
         RETURNING period
       ) SELECT period FROM gone`,
      [tenant, scope, subject, period ?? null],
    );
    return rows.length > 0;
  }
}

const toBudget = ({ tokens, dollars, ...row }: Row): SetBudget => ({
  ...row,
  tokens: tokens === null ? undefined : Number(tokens),
  dollars: dollars ?? undefined,
});
