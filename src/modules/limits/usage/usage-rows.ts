import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RequestDatabase } from '../../../infrastructure/database/index.js';
import type { UsageBatch } from './usage-batch.js';
import type { UsageEntry } from './usage-book.js';
import type { Group } from './usage-group.js';
import type { UsageOf, UsedBefore } from './used-before.js';

export interface UsageQuery extends UsageOf {
  readonly from: string;
  /** This day is included. */
  readonly to: string;
  readonly groups: readonly Group[];
  readonly limit: number;
}

export interface UsageRow {
  readonly day?: string;
  readonly model?: string;
  readonly user?: string;
  readonly key?: string;
  readonly device?: string;
  readonly agent?: string;
  readonly endpoint?: string;
  readonly requests: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** In nanodollars. */
  readonly cost: number;
  readonly unpriced: number;
}

const COLUMNS: Readonly<Record<Group, string>> = {
  day: `to_char(day, 'YYYY-MM-DD')`,
  model: 'model',
  user: 'user_id',
  key: 'key_id',
  device: 'device_id',
  agent: 'agent',
  endpoint: 'endpoint',
};

const SUMS = `COALESCE(sum(requests), 0)::text AS requests, COALESCE(sum(prompt_tokens), 0)::text AS "promptTokens",
  COALESCE(sum(completion_tokens), 0)::text AS "completionTokens", COALESCE(sum(cost), 0)::text AS cost,
  COALESCE(sum(unpriced), 0)::text AS unpriced`;

const MEANT = `tenant = $1 AND ($2::text IS NULL OR user_id = $2) AND ($3::text IS NULL OR key_id = $3)
  AND ($4::text IS NULL OR device_id = $4) AND ($5::text IS NULL OR agent = $5) AND ($6::text IS NULL OR endpoint = $6)
  AND ($7::date IS NULL OR day >= $7::date)`;

/** In the order in which MEANT has them. */
const meantBy = ({ tenant, user, key, device, agent, endpoint, from }: UsageOf) => [
  tenant,
  ...[user, key, device, agent, endpoint, from].map((named) => named ?? null),
];

const KEY = 'tenant, day, user_id, key_id, model, device_id, agent, endpoint';
const ALL = `${KEY}, requests, prompt_tokens, completion_tokens, cost, unpriced`;

const ADD = `
WITH entry AS (
  SELECT * FROM unnest($3::varchar[], $4::date[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
                       $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[])
    AS entry (${ALL})
), added AS (
  INSERT INTO usage_writers AS known (tenant, writer, batch, written_at)
  SELECT DISTINCT tenant, $1::uuid, $2::bigint, now() FROM entry
  ON CONFLICT (tenant, writer) DO UPDATE SET batch = excluded.batch, written_at = excluded.written_at
   WHERE known.batch < excluded.batch
  RETURNING tenant
)
INSERT INTO usage_days AS known
  (${ALL})
SELECT entry.* FROM entry JOIN added USING (tenant)
 -- Writers that meet lock the rows in the same order.
 ORDER BY ${KEY}
ON CONFLICT (${KEY}) DO UPDATE SET
  requests = known.requests + excluded.requests,
  prompt_tokens = known.prompt_tokens + excluded.prompt_tokens,
  completion_tokens = known.completion_tokens + excluded.completion_tokens,
  cost = known.cost + excluded.cost,
  unpriced = known.unpriced + excluded.unpriced`;

/** What was used, as it stands in the database. */
@Injectable()
export class UsageRows {
  constructor(
    @Inject(RequestDatabase) private readonly database: RequestDatabase,
    @Inject(DataSource) private readonly dataSource: DataSource,
  ) {}

  /**
   * All of it or nothing, in one statement; also when requests are not served any more. A batch that was added before adds
   * nothing: the last number of its writer is kept beside.
   */
  async add({ writer, number, entries }: Omit<UsageBatch, 'since'>): Promise<void> {
    const column = <K extends keyof UsageEntry>(name: K) => entries.map((entry) => entry[name]);
    await this.dataSource.query(ADD, [
      writer,
      number,
      column('tenant'),
      column('day'),
      column('user'),
      column('key'),
      column('model'),
      column('device'),
      column('agent'),
      column('endpoint'),
      column('requests'),
      column('promptTokens'),
      column('completionTokens'),
      column('cost'),
      column('unpriced'),
    ]);
  }

  /** And the number of the last batch of a writer that is in it; 0 before the first. */
  async sum(of: UsageOf, writer: string): Promise<UsedBefore & { batch: number }> {
    const [row] = await this.database.query<{ tokens: string; cost: string; batch: string }>(
      `SELECT COALESCE(sum(prompt_tokens + completion_tokens), 0)::text AS tokens, COALESCE(sum(cost), 0)::text AS cost,
              COALESCE((SELECT batch FROM usage_writers WHERE tenant = $1 AND writer = $8), 0)::text AS batch
         FROM usage_days WHERE ${MEANT}`,
      [...meantBy(of), writer],
    );
    return { tokens: Number(row!.tokens), cost: Number(row!.cost), batch: Number(row!.batch) };
  }

  /** Those of whom nothing was heard for longer than a batch is brought again: `UsageWriter` gives it up before. */
  async forgetWriters(): Promise<void> {
    // Who writes just now locks rows too, and would wait in turn: what is locked is left for the next time.
    await this.dataSource.query(
      `DELETE FROM usage_writers WHERE (tenant, writer) IN (
         SELECT tenant, writer FROM usage_writers WHERE written_at < now() - interval '1 day'
          ORDER BY tenant, writer FOR UPDATE SKIP LOCKED)`,
    );
  }

  /** Grouped, the newest and the largest first. */
  async report({ to, groups, limit, ...of }: UsageQuery): Promise<UsageRow[]> {
    const named = groups.map((group) => `${COLUMNS[group]} AS "${group}", `).join('');
    const places = groups.map((_, at) => at + 1);
    const order = [
      ...groups.flatMap((group, at) => (group === 'day' ? [`${at + 1} DESC`] : [])),
      'sum(prompt_tokens + completion_tokens) DESC',
      ...places,
    ];
    const rows = await this.database.forTenant(of.tenant).query<Record<string, string>>(
      `SELECT ${named}${SUMS} FROM usage_days WHERE ${MEANT} AND day <= $8::date
       ${groups.length === 0 ? '' : `GROUP BY ${places.join(', ')}`}
       ORDER BY ${order.join(', ')} LIMIT $9`,
      [...meantBy(of), to, limit],
    );
    return rows.map(({ requests, promptTokens, completionTokens, cost, unpriced, ...named }) => ({
      ...named,
      requests: Number(requests),
      promptTokens: Number(promptTokens),
      completionTokens: Number(completionTokens),
      cost: Number(cost),
      unpriced: Number(unpriced),
    }));
  }
}
