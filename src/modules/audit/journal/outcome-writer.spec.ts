import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/support/eventually.js';
import { Gate } from '../../../../test/support/gate.js';
import type { TenantChains } from '../chain/tenant-chains.js';
import { Spool } from '../spool/spool.js';
import { FakeChains } from '../testing/fake-chains.js';
import { ENDED_AT, textOf } from '../testing/recorded-text.js';
import { OutcomeWriter } from './outcome-writer.js';

let root: string;
let spool: Spool;
let chains: FakeChains;
let writer: OutcomeWriter;

const recordOf = (subject: string, tenant = 't') =>
  ({ kind: 'outcome', tenant, subject, text: `{"of":"${subject}"}` }) as const;
const commit = (subject: string, tenant?: string) => {
  const record = recordOf(subject, tenant);
  return writer.commit(record, spool.append({ ...record, kind: 'begin' }));
};
const away = () => {
  throw new Error('connect ECONNREFUSED');
};
const allWritten = () =>
  eventually(
    () => writer.stats.pending,
    (pending) => pending === 0,
  );

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'citadel-writer-'));
  spool = await Spool.open(root, 64 * 1024 * 1024);
  chains = new FakeChains();
  writer = new OutcomeWriter(spool, chains as unknown as TenantChains);
});
afterEach(async () => {
  await writer.close(0);
  spool.close();
  rmSync(root, { recursive: true });
});

describe(OutcomeWriter.name, () => {
  it('commits what ends in one turn together, and tells when it is committed', async () => {
    const gate = new Gate<string[]>();
    chains.onAppend = (group) => {
      gate.arrive(group);
      return gate.opened;
    };
    let told = 0;
    const ends = ['a', 'b', 'c'].map((subject) => commit(subject).then(() => told++));
    expect(await gate.reached).toHaveLength(3);
    expect(told).toBe(0);
    const later = commit('d');
    gate.open();
    await Promise.all([...ends, later]);
    expect(chains.groups).toEqual([['t a', 't b', 't c'], ['t d']]);
    expect(writer.stats).toMatchObject({ written: 4, pending: 0, lagMs: 0 });
  });

  it('puts no more than a statement should carry into a group, and one tenant only', async () => {
    const many = Array.from({ length: 300 }, (_, number) => commit(String(number)));
    await Promise.all([...many, commit('x', 'other'), commit('y')]);
    expect(chains.groups.map(({ length }) => length)).toEqual([64, 64, 64, 64, 44, 1, 1]);
    expect(chains.subjects.slice(-2)).toEqual(['other x', 't y']);
  });

  it('lets answers go by way of the spool while the database is away, and keeps their order', async () => {
    chains.onAppend = away;
    await Promise.all([commit('a'), commit('b')]);
    await commit('c');
    expect(chains.subjects).toEqual([]);
    expect(writer.stats.pending).toBe(3);
    await eventually(
      () => writer.stats.lagMs,
      (lagMs) => lagMs > 0,
    );
    chains.onAppend = () => undefined;
    const last = commit('d');
    writer.retryNow();
    await last;
    await allWritten();
    expect(chains.subjects).toEqual(['t a', 't b', 't c', 't d']);
    await commit('e');
    expect(chains.groups.at(-1)).toEqual(['t e']);
  });

  it('does not wait long for a slow database, and has nothing twice when it was only slow', async () => {
    const gate = new Gate();
    chains.onAppend = () => gate.opened;
    await Promise.all([commit('a'), commit('b')]);
    expect(chains.subjects).toEqual([]);
    gate.open();
    await allWritten();
    expect(chains.subjects).toEqual(['t a', 't b']);
  });

  it('gives the database more time for what it cannot take in the time of a request, and only for that', async () => {
    const patient: string[][] = [];
    chains.onAppend = (group, isPatient) => {
      if (isPatient) patient.push(group);
      else if (group.includes('t large'))
        throw Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });
    };
    await commit('large');
    await commit('next', 'other');
    await allWritten();
    await commit('last');
    expect(chains.subjects).toEqual(['t large', 'other next', 't last']);
    expect(patient).toEqual([['t large']]);
  });

  it('does not let vectors wait at all, and does not forget them', async () => {
    chains.onAppend = away;
    writer.commitSoon(recordOf('v'), spool.append({ ...recordOf('v'), kind: 'begin' }));
    await commit('a');
    chains.onAppend = () => undefined;
    writer.retryNow();
    await allWritten();
    expect(chains.subjects.sort()).toEqual(['t a', 't v']);
  });

  it('lets what nobody waits for wait for company', async () => {
    for (const subject of ['v', 'w']) writer.commitSoon(recordOf(subject), undefined);
    await allWritten();
    writer.commitSoon(recordOf('x'), undefined);
    await commit('a');
    expect(chains.groups).toEqual([
      ['t v', 't w'],
      ['t x', 't a'],
    ]);
  });

  it('leaves to the next process what it cannot write before its end', async () => {
    chains.onAppend = away;
    await writer.commit({ ...recordOf('a'), text: textOf({}) }, undefined);
    await writer.close(0);
    spool.close();
    spool = await Spool.open(root, 64 * 1024 * 1024);
    chains = new FakeChains();
    const gate = new Gate();
    chains.onAppend = () => gate.opened;
    writer = new OutcomeWriter(spool, chains as unknown as TenantChains);
    expect(writer.stats.lagMs).toBeGreaterThan(Date.now() - ENDED_AT.getTime() - 60_000);
    gate.open();
    await allWritten();
    expect(chains.subjects).toEqual(['t a']);
    expect(writer.stats.lagMs).toBe(0);
  });

  it('puts on record what began when its end fits nowhere, and keeps no room for it', async () => {
    chains.onAppend = away;
    const begun = spool.append({ ...recordOf('b'), kind: 'begin' });
    await commit('a');
    const end = { ...recordOf('b'), text: 'x'.repeat(65 * 1024 * 1024) };
    await expect(writer.commit(end, begun)).rejects.toThrow('spool');
    const vectors = spool.append({ ...recordOf('v'), kind: 'begin' });
    expect(() => writer.commitSoon({ ...end, subject: 'v' }, vectors)).toThrow('spool');
    chains.onAppend = () => undefined;
    writer.retryNow();
    await allWritten();
    expect(chains.subjects.sort()).toEqual(['t a', 't b', 't v']);
    expect([begun.live, vectors.live]).toEqual([false, false]);
  });

  it('tells when neither database nor spool take a record', async () => {
    chains.onAppend = away;
    await commit('a');
    await expect(
      writer.commit({ ...recordOf('b'), text: 'x'.repeat(65 * 1024 * 1024) }, undefined),
    ).rejects.toThrow('spool');
    await expect(commit('c')).resolves.toBeUndefined();
  });
});
