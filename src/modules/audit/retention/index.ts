import type { Provider } from '@nestjs/common';
import { ChainRetention } from './chain-retention.js';
import { OldEntries } from './old-entries.js';
import { RetentionSchedule } from './retention-schedule.js';

/** What takes old entries away. Needs what verifies chains, and a ChainAppender. */
export const RETENTION_PROVIDERS: Provider[] = [OldEntries, ChainRetention, RetentionSchedule];
