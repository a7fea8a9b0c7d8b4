import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { signCheckpoint } from '../checkpoint/checkpoint.js';
import { MemoryChain } from '../testing/memory-chain.js';
import { recordOf } from '../testing/record-of.js';
import { bury, noteOf, verifyChain } from '../testing/verify-chain.js';
import { ChainVerifier } from './chain-verifier.js';
import { toTombstoneBody } from './tombstone.js';

describe(ChainVerifier.name, () => {
  let sound: MemoryChain;
  let notes: string[];
  beforeAll(() => {
    sound = MemoryChain.of(30);
    notes = [noteOf(sound, 10), noteOf(sound, 20)];
  });

  describe('of a chain that is as it was', () => {
    it('counts entries and checkpoints', async () => {
      expect(await verifyChain(sound, notes, { withProjection: true })).toEqual({
        ok: true,
        tenant: 'default',
        entries: 30,
        first: 1,
        last: 30,
        link: sound.headRow!.link,
        checkpoints: 2,
      });
    });

    it('checks a part of it', async () => {
      const verdict = await verifyChain(sound, notes, { from: 11, to: 25, withProjection: true });
      expect(verdict).toMatchObject({ ok: true, entries: 15, first: 11, last: 25, checkpoints: 1 });
    });

    it('is content with no chain at all', async () => {
      expect(await verifyChain(new MemoryChain())).toMatchObject({ ok: true, entries: 0, first: 0, last: 0 });
    });

    it('goes on with entries that come while it works', async () => {
      const chain = sound.copy();
      const page = chain.page.bind(chain);
      let grows = 3;
      chain.page = async (...args) => {
        const entries = await page(...args);
        if (grows-- > 0) chain.generation(recordOf({ id: `late-${grows}` }));
        return entries;
      };
      expect(await verifyChain(chain, notes, { withProjection: true })).toMatchObject({ ok: true, first: 1 });
    });
  });

  describe('of a chain that is not', () => {
    const findings: [string, (chain: MemoryChain) => void, object][] = [
      ['a changed body', (chain) => (chain.entries[14]!.body[40]! ^= 1), { seq: 15, problem: 'altered' }],
      ['a changed kind', (chain) => (chain.entries[14]!.kind = 'x'), { seq: 15, problem: 'altered' }],
      ['a changed leaf', (chain) => (chain.entries[14]!.leaf[0]! ^= 1), { seq: 15, problem: 'altered' }],
      ['a changed link', (chain) => (chain.entries[14]!.link[0]! ^= 1), { seq: 15, problem: 'relinked' }],
      [
        'a changed last link',
        (chain) => (chain.entries[29]!.link[0]! ^= 1),
        { seq: 30, problem: 'relinked' },
      ],
      ['an entry gone', (chain) => chain.entries.splice(14, 1), { seq: 15, problem: 'missing' }],
      [
        'two entries gone',
        (chain) => chain.entries.splice(14, 2),
        { seq: 15, through: 16, problem: 'missing' },
      ],
      ['the first gone', (chain) => chain.entries.splice(0, 3), { seq: 1, through: 3, problem: 'missing' }],
      [
        'an entry too many',
        (chain) => chain.entries.push({ ...chain.entries[0]!, seq: -4 }),
        { seq: -4, problem: 'unexpected' },
      ],
      ['the tail cut', (chain) => chain.entries.splice(25), { seq: 26, through: 30, problem: 'cut' }],
      [
        'another head',
        (chain) => (chain.headRow!.link = Buffer.alloc(32)),
        { seq: 30, problem: 'head_mismatch' },
      ],
      [
        'a head that is behind',
        (chain) => (chain.headRow = { seq: 29, link: chain.entries[28]!.link }),
        { seq: 30, problem: 'head_mismatch' },
      ],
      ['no head', (chain) => (chain.headRow = undefined), { seq: 30, problem: 'head_mismatch' }],
    ];
    it.each(findings)('names %s', async (_, tamper, finding) => {
      const chain = sound.copy();
      tamper(chain);
      expect(await verifyChain(chain, notes)).toMatchObject({ ok: false, ...finding });
    });

    it('names the stretch between checkpoints in which history was rewritten', async () => {
      const chain = sound.copy();
      chain.entries[14]!.body[40]! ^= 1;
      chain.rechain(15);
      expect(await verifyChain(chain, notes)).toMatchObject({
        seq: 11,
        through: 20,
        problem: 'checkpoint_mismatch',
      });
      expect(await verifyChain(chain)).toMatchObject({ ok: true });
    });

    it('finds a cut tail by the checkpoint, though the head was cut, too', async () => {
      const chain = sound.copy();
      chain.entries.splice(15);
      chain.rechain(15);
      expect(await verifyChain(chain, notes)).toMatchObject({ seq: 16, through: 20, problem: 'cut' });
      chain.entries = [];
      chain.headRow = undefined;
      expect(await verifyChain(chain, notes)).toMatchObject({ seq: 1, through: 10, problem: 'cut' });
    });

    it('tells an entry that was rewritten with its links from one that was linked anew', async () => {
      const chain = sound.copy();
      chain.entries[14]!.body[40]! ^= 1;
      chain.rechain(15, { through: 15, head: false });
      expect(await verifyChain(chain, notes)).toMatchObject({ seq: 11, through: 15, problem: 'relinked' });
    });

    it('does not believe a checkpoint that is not signed by the key', async () => {
      const forged = signCheckpoint(
        { tenant: 'default', seq: 30, link: sound.headRow!.link },
        generateKeyPairSync('ed25519'),
      );
      expect(await verifyChain(sound, [...notes, forged])).toMatchObject({
        seq: 30,
        problem: 'checkpoint_invalid',
      });
    });

    it('holds the beginning of a part against its checkpoint', async () => {
      const chain = sound.copy();
      chain.entries[9]!.link[0]! ^= 1;
      expect(await verifyChain(chain, notes, { from: 11 })).toMatchObject({
        seq: 10,
        problem: 'checkpoint_mismatch',
      });
      expect(await verifyChain(chain, notes, { from: 40 })).toMatchObject({ seq: 39, problem: 'missing' });
    });
  });

  describe('of a chain whose beginning was taken away', () => {
    it('begins where the tombstone says', async () => {
      const chain = sound.copy();
      bury(chain, 12);
      const verdict = await verifyChain(chain, notes, { withProjection: true });
      expect(verdict).toMatchObject({ ok: true, first: 13, last: 31, entries: 19, checkpoints: 1 });
    });

    it('follows one that is only half taken away up to the tombstone', async () => {
      const chain = sound.copy();
      const rest = chain.entries.slice(5, 12);
      bury(chain, 12);
      chain.entries.push(...rest);
      expect(await verifyChain(chain, notes)).toMatchObject({ ok: true, first: 6, last: 31 });
      rest[3]!.body[40]! ^= 1;
      chain.rechain(7, { through: 12, head: false });
      expect(await verifyChain(chain)).toMatchObject({ ok: false, seq: 6, through: 12 });
    });

    it('is sound all the while it is being taken away', async () => {
      const chain = sound.copy();
      const old = chain.entries.slice(0, 20);
      bury(chain, 20);
      chain.entries.unshift(...old);
      const page = chain.page.bind(chain);
      chain.page = async (tenant, after, bounds) => {
        const entries = await page(tenant, after, { ...bounds, rows: 2 });
        if (chain.entries[0]!.seq <= 20) chain.entries.splice(0, 2);
        return entries;
      };
      expect(await verifyChain(chain, notes)).toMatchObject({ ok: true, first: 21, last: 31 });
    });

    it('misses more than the tombstone covers', async () => {
      const chain = sound.copy();
      bury(chain, 12);
      chain.entries.splice(0, 2);
      expect(await verifyChain(chain, notes)).toMatchObject({ seq: 13, through: 14, problem: 'missing' });
    });

    it('does not believe a tombstone that nobody signed', async () => {
      const chain = sound.copy();
      const note = signCheckpoint(
        { tenant: 'default', seq: 12, link: chain.entries[11]!.link },
        generateKeyPairSync('ed25519'),
      );
      chain.append(
        'tombstone',
        'tombstone-1',
        toTombstoneBody({ first: 1, last: 12, link: chain.entries[11]!.link }, new Date(), note),
      );
      chain.entries.splice(0, 12);
      expect(await verifyChain(chain)).toMatchObject({ seq: 31, problem: 'tombstone_invalid' });
    });
  });
});
