import { beforeEach, describe, expect, it } from 'vitest';
import { Gate } from '../../../../test/support/gate.js';
import { APPEND, FIND_SUBJECTS } from './append-statement.js';
import type { Draft } from './chain-entry.js';
import { type ChainPosition, GENESIS } from './chain-link.js';
import { TenantChain } from './tenant-chain.js';

/** A table of heads: takes what begins where it ends, one statement after another. */
class FakeTable {
  head: ChainPosition = { seq: 0, link: GENESIS };
  readonly subjects: string[] = [];
  readonly asked: string[] = [];
  /** What happens to the next appends; the others arrive. */
  readonly fates: ('arrives' | 'is late' | 'breaks')[] = [];
  private turn: Promise<unknown> = Promise.resolve();
  /** Whether somebody makes the head in the moment in which it is asked for: neither is seen then. */
  beginsElsewhere = false;
  /** Holds up whatever comes. */
  gate: Gate<void> | undefined;

  readonly run = ({ name }: { name: string }, values: readonly unknown[]): Promise<never[]> => {
    this.asked.push(name);
    const fate = name === APPEND.name ? (this.fates.shift() ?? 'arrives') : 'arrives';
    const answered = this.turn.then(async () => {
      await this.gate?.opened;
      return this.answer(name, values, fate) as never[];
    });
    this.turn = answered.catch(() => undefined);
    return answered;
  };

  private answer(name: string, values: readonly unknown[], fate: 'arrives' | 'is late' | 'breaks'): object[] {
    if (name === FIND_SUBJECTS.name)
      return this.subjects
        .filter((known) => (values[1] as string[]).includes(known))
        .map((subject) => ({ subject }));
    if (name !== APPEND.name && this.beginsElsewhere) {
      this.beginsElsewhere = false;
      return [];
    }
    if (name !== APPEND.name) return [{ seq: String(this.head.seq), link: this.head.link }];
    if (fate === 'is late') this.head = { seq: this.head.seq + 1, link: Buffer.alloc(32, 7) };
    if (fate === 'breaks') throw new Error('the connection broke');
    const [, from, link, seq, after] = values as [string, number, Buffer, number, Buffer];
    if (from !== this.head.seq || !link.equals(this.head.link)) return [];
    this.head = { seq, link: after };
    this.subjects.push(...textsOf(values[7] as Buffer));
    return [{ tenant: 't' }];
  }
}

/** Of an array in binary (`array_recv`): twenty bytes, then each text behind its length. */
function textsOf(bytes: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 20; at < bytes.length;) {
    const end = at + 4 + bytes.readInt32BE(at);
    texts.push(bytes.toString('utf8', at + 4, end));
    at = end;
  }
  return texts;
}

const drafts = (...subjects: string[]): Draft[] =>
  subjects.map((subject) => ({ kind: 'generation', subject, body: Buffer.from(subject) }));

describe(TenantChain.name, () => {
  let table: FakeTable;
  let chain: TenantChain;

  beforeEach(async () => {
    table = new FakeTable();
    chain = new TenantChain('t', table.run);
    await chain.append(drafts('first'));
    table.asked.length = 0;
  });

  it('sends a batch behind one that is on its way, and a third when one has arrived', async () => {
    const gate = (table.gate = new Gate());
    const ends = [chain.append(drafts('a', 'b')), chain.append(drafts('c')), chain.append(drafts('d'))];
    await Promise.resolve();
    expect(table.asked).toEqual([APPEND.name, APPEND.name]);
    gate.open();
    expect(await Promise.all(ends)).toEqual([
      { seq: 3, count: 2 },
      { seq: 4, count: 1 },
      { seq: 5, count: 1 },
    ]);
    expect(table.subjects).toEqual(['first', 'a', 'b', 'c', 'd']);
  });

  it('looks where the chain ends when somebody else was first, and what followed goes again too', async () => {
    table.fates.push('is late');
    const ends = await Promise.all([chain.append(drafts('a')), chain.append(drafts('b'))]);
    expect(ends.map(({ count }) => count)).toEqual([1, 1]);
    expect(table.subjects).toEqual(['first', 'a', 'b']);
  });

  it('begins together with somebody else', async () => {
    chain.forget();
    table.beginsElsewhere = true;
    expect(await chain.append(drafts('a'))).toEqual({ seq: 2, count: 1 });
    expect(table.subjects).toEqual(['first', 'a']);
  });

  it('says so where it is not known whether a batch arrived, and puts nothing on record twice', async () => {
    table.fates.push('arrives', 'breaks');
    const [sure, unsure] = await Promise.allSettled([chain.append(drafts('a')), chain.append(drafts('b'))]);
    expect([sure.status, unsure.status]).toEqual(['fulfilled', 'rejected']);
    expect(await chain.append(drafts('a', 'b'))).toEqual({ seq: 3, count: 1 });
    expect(table.subjects).toEqual(['first', 'a', 'b']);
  });
});
