import type { Transcript } from './transcript.js';

/** One generation as the audit has it. */
export interface Recorded {
  readonly id: string;
  readonly status: string;
  readonly prompt: string;
  readonly text: string | null;
}

/** What the audit does not have as a client has seen it: one line each. */
export function differences(seen: readonly Transcript[], recorded: readonly Recorded[]): string[] {
  const byId = new Map<string, Recorded[]>();
  for (const record of recorded) byId.set(record.id, [...(byId.get(record.id) ?? []), record]);
  const doubled = [...byId]
    .filter(([, records]) => records.length > 1)
    .map(([id]) => `${id}: is there twice`);
  const differing = seen.flatMap((transcript) => {
    if (transcript.id === undefined) return [];
    const problem = compare(transcript, byId.get(transcript.id)?.[0]);
    return problem === undefined ? [] : [`${transcript.id}: ${problem}`];
  });
  return [...doubled, ...differing];
}

function compare(seen: Transcript, record: Recorded | undefined): string | undefined {
  if (record === undefined) return 'is missing';
  if (record.prompt !== seen.prompt) return `was asked ${seen.prompt}, and ${record.prompt} is recorded`;
  if (seen.finished) {
    if (record.status !== 'finished') return `ended well, and is recorded as ${record.status}`;
    return record.text === seen.text ? undefined : 'differs from what the client got';
  }
  // Of a process that was killed nobody knows what it had said.
  if (record.status === 'interrupted') return undefined;
  return (record.text ?? '').startsWith(seen.text) ? undefined : 'has less than the client got';
}
