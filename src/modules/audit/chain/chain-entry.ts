import type { ProjectedMessage, Projection } from '../record/projection.js';
import type { ArrayWriter } from './array-writer.js';
import { type ChainPosition, type EntryKind, leafOf, linkOf } from './chain-link.js';

/** Something to be put on record, before it has a number. */
export interface Draft {
  readonly kind: EntryKind;
  readonly subject: string;
  readonly body: Buffer;
  /** That the body was sealed with; none where it is in clear. */
  readonly key?: Buffer;
  readonly projection?: Projection;
}

/** Entries in the form in which one statement takes them. */
export interface AppendBatch {
  readonly before: ChainPosition;
  readonly after: ChainPosition;
  /** Of `APPEND`, all of them. */
  readonly parameters: readonly unknown[];
}

/** Numbers and links drafts, in their order. What it gives is good until the arrays are reset. */
export function linkDrafts(
  { tenant, before, recordedAt }: { tenant: string; before: ChainPosition; recordedAt: string },
  drafts: readonly Draft[],
  arrays: ArrayWriter,
): AppendBatch {
  let { seq, link } = before;
  const leaves: Buffer[] = [];
  const links: Buffer[] = [];
  for (const { kind, subject, body } of drafts) {
    seq += 1;
    const leaf = leafOf({ tenant, seq, kind, subject, recordedAt }, body);
    link = linkOf(link, leaf);
    leaves.push(leaf);
    links.push(link);
  }
  const parameters = [tenant, before.seq, before.link, seq, link, recordedAt];
  return {
    before,
    after: { seq, link },
    parameters: [
      ...parameters,
      ...entryColumns(arrays, drafts, { leaves, links }),
      ...messageColumns(arrays, drafts),
    ],
  };
}

function entryColumns(
  arrays: ArrayWriter,
  drafts: readonly Draft[],
  { leaves, links }: { leaves: readonly Buffer[]; links: readonly Buffer[] },
): Buffer[] {
  const texts = (read: (draft: Draft) => string | null | undefined) =>
    arrays.write(
      'text',
      drafts.map((draft) => read(draft) ?? null),
    );
  return [
    texts(({ kind }) => kind),
    texts(({ subject }) => subject),
    arrays.write('bytea', leaves),
    arrays.write('bytea', links),
    arrays.write(
      'bytea',
      drafts.map(({ body }) => body),
    ),
    arrays.write(
      'bytea',
      drafts.map(({ key }) => key ?? null),
    ),
    texts(({ projection }) => projection?.userId),
    texts(({ projection }) => projection?.modelName),
    texts(({ projection }) => projection?.title),
    texts(({ projection }) => projection?.sessionId),
    texts(({ projection }) => projection?.status),
    arrays.write(
      'jsonb',
      drafts.map(({ projection }) => projection?.metadata ?? null),
    ),
    texts(({ projection }) => projection?.createdAt),
    texts(({ projection }) => projection?.updatedAt),
  ];
}

function messageColumns(arrays: ArrayWriter, drafts: readonly Draft[]): Buffer[] {
  const messages: ProjectedMessage[] = [];
  const places: number[] = [];
  for (const [index, { projection }] of drafts.entries()) {
    for (const message of projection?.messages ?? []) {
      messages.push(message);
      places.push(index + 1);
    }
  }
  const texts = (read: (message: ProjectedMessage) => string) => arrays.write('text', messages.map(read));
  return [
    arrays.write('int4', places),
    texts(({ role }) => role),
    texts(({ content }) => content),
    arrays.write(
      'jsonb',
      messages.map(({ metadata }) => metadata),
    ),
    texts(({ createdAt }) => createdAt),
  ];
}
