import type { BeginRecord } from '../../contracts/journal.js';

/** Whether an agent was given a task. Conversations are nobody's to watch: callers without credentials cannot be told apart. */
export const isTask = ({ inputs: [input] }: Pick<BeginRecord, 'inputs'>): boolean =>
  input?.kind === 'chat' && input.task !== undefined;
