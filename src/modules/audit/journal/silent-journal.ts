import type { GenerationJournal, JournalEntry } from '../../../contracts/journal.js';
import type { JournalStats, JournalStatus } from './journal-status.js';

const ENTRY: JournalEntry = { outcome: () => undefined };
const STATS: JournalStats = {
  mode: 'off',
  written: 0,
  lost: 0,
  pending: 0,
  lagMs: 0,
  spoolBytes: 0,
  hasRoom: true,
};

/** Keeps nothing, as the operator wants it. */
export class SilentJournal implements GenerationJournal, JournalStatus {
  begin(): JournalEntry {
    return ENTRY;
  }

  enter(): undefined {
    return undefined;
  }

  stats(): JournalStats {
    return STATS;
  }
}
