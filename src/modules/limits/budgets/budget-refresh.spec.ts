import { describe, expect, it } from 'vitest';
import type { BudgetSettings } from '../../../config/index.js';
import type { DatabaseConnection } from '../../../infrastructure/database/index.js';
import type { RedisChannels } from '../../../infrastructure/redis/index.js';
import type { BudgetBook } from './budget-book.js';
import { BudgetRefresh } from './budget-refresh.js';
import type { BudgetRows } from './budget-rows.js';

const OLD = [{ scope: 'user', subject: 'ada', tokens: 1_000 }] as unknown as BudgetSettings[];

/** A table whose answers come when they are told to, in any order. */
class SlowRows {
  readonly answers: ((rows: readonly BudgetSettings[]) => void)[] = [];

  all(): Promise<readonly BudgetSettings[]> {
    return new Promise((resolve) => this.answers.push(resolve));
  }
}

describe(BudgetRefresh.name, () => {
  it('does not go back to what it read before a change, however late that comes', async () => {
    const rows = new SlowRows();
    const loaded: (readonly BudgetSettings[])[] = [];
    let look!: () => void;
    const refresh = new BudgetRefresh(
      { load: (set: readonly BudgetSettings[]) => loaded.push(set) } as unknown as BudgetBook,
      rows as unknown as BudgetRows,
      { configured: false } as RedisChannels,
      { state: 'ready', onReady: (tell: () => void) => (look = tell) } as unknown as DatabaseConnection,
    );
    refresh.onModuleInit();
    look();
    const changed = refresh.changed();
    const [late, soon] = rows.answers;
    soon!([]);
    await changed;
    late!(OLD);
    await new Promise((resolve) => setImmediate(resolve));
    expect(loaded).toEqual([[]]);
    refresh.onApplicationShutdown();
  });
});
