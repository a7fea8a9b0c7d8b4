import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { signCheckpoint } from '../checkpoint/checkpoint.js';
import { MemoryChain } from '../testing/memory-chain.js';
import { recordOf } from '../testing/record-of.js';
import { ChainVerifier, type VerifyRequest } from './chain-verifier.js';
import { toTombstoneBody } from './tombstone.js';

const keys = generateKeyPairSync('ed25519');
const TENANT = 'default';

const noteOf = (chain: MemoryChain, seq: number) =>
  signCheckpoint(
    { tenant: chain.tenant, seq, link: chain.entries.find((entry) => entry.seq === seq)!.link },
    keys,
  );

function verify(chain: MemoryChain, notes: string[] = [], request: Partial<VerifyRequest> = {}) {
  const directory = { list: () => Promise.resolve(notes) };
  return new ChainVerifier(chain, chain, directory, keys).verify({ tenant: TENANT, ...request });
}

/** Takes away the first entries as the retention does. */
function bury(chain: MemoryChain, last: number): void {
  const { link } = chain.entries.find(({ seq }) => seq === last)!;
  const body = toTombstoneBody({ first: 1, last, link }, new Date(), noteOf(chain, last));
  chain.append('tombstone', `tombstone-${randomUUID()}`, body);
  chain.entries = chain.entries.filter(({ seq }) => seq > last);
  chain.forget(({ seq }) => seq <= last);
}

describe(ChainVerifier.name, () => {
  let sound: MemoryChain;
  let notes: string[];
  beforeAll(() => {
    sound = MemoryChain.of(30);
    notes = [noteOf(sound, 10), noteOf(sound, 20)];
  });

  describe('of a chain that is as it was', () => {
    it('counts entries and checkpoints', async () => {
      expect(await verify(sound, notes, { withProjection: true })).toEqual({
        ok: true,
        tenant: TENANT,
        entries: 30,
        first: 1,
        last: 30,
        link: sound.headRow!.link,
        checkpoints: 2,
      });
    });

    it('checks a part of it', async () => {
      const verdict = await verify(sound, notes, { from: 11, to: 25, withProjection: true });
      expect(verdict).toMatchObject({ ok: true, entries: 15, first: 11, last: 25, checkpoints: 1 });
    });

    it('is content with no chain at all', async () => {
      expect(await verify(new MemoryChain())).toMatchObject({ ok: true, entries: 0, first: 0, last: 0 });
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
      expect(await verify(chain, notes, { withProjection: true })).toMatchObject({ ok: true, first: 1 });
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
      expect(await verify(chain, notes)).toMatchObject({ ok: false, ...finding });
    });

    it('names the stretch between checkpoints in which history was rewritten', async () => {
      const chain = sound.copy();
      chain.entries[14]!.body[40]! ^= 1;
      chain.rechain(15);
      expect(await verify(chain, notes)).toMatchObject({
        seq: 11,
        through: 20,
        problem: 'checkpoint_mismatch',
      });
      expect(await verify(chain)).toMatchObject({ ok: true });
    });

    it('finds a cut tail by the checkpoint, though the head was cut, too', async () => {
      const chain = sound.copy();
      chain.entries.splice(15);
      chain.rechain(15);
      expect(await verify(chain, notes)).toMatchObject({ seq: 16, through: 20, problem: 'cut' });
      chain.entries = [];
      chain.headRow = undefined;
      expect(await verify(chain, notes)).toMatchObject({ seq: 1, through: 10, problem: 'cut' });
    });

    it('tells an entry that was rewritten with its links from one that was linked anew', async () => {
      const chain = sound.copy();
      chain.entries[14]!.body[40]! ^= 1;
      chain.rechain(15, { through: 15, head: false });
      expect(await verify(chain, notes)).toMatchObject({ seq: 11, through: 15, problem: 'relinked' });
    });

    it('does not believe a checkpoint that is not signed by the key', async () => {
      const forged = signCheckpoint(
        { tenant: TENANT, seq: 30, link: sound.headRow!.link },
        generateKeyPairSync('ed25519'),
      );
      expect(await verify(sound, [...notes, forged])).toMatchObject({
        seq: 30,
        problem: 'checkpoint_invalid',
      });
    });

    it('holds the beginning of a part against its checkpoint', async () => {
      const chain = sound.copy();
      chain.entries[9]!.link[0]! ^= 1;
      expect(await verify(chain, notes, { from: 11 })).toMatchObject({
        seq: 10,
        problem: 'checkpoint_mismatch',
      });
      expect(await verify(chain, notes, { from: 40 })).toMatchObject({ seq: 39, problem: 'missing' });
    });
  });

  describe('of a chain whose beginning was taken away', () => {
    it('begins where the tombstone says', async () => {
      const chain = sound.copy();
      bury(chain, 12);
      const verdict = await verify(chain, notes, { withProjection: true });
      expect(verdict).toMatchObject({ ok: true, first: 13, last: 31, entries: 19, checkpoints: 1 });
    });

    it('follows one that is only half taken away up to the tombstone', async () => {
      const chain = sound.copy();
      const rest = chain.entries.slice(5, 12);
      bury(chain, 12);
      chain.entries.push(...rest);
      expect(await verify(chain, notes)).toMatchObject({ ok: true, first: 6, last: 31 });
      rest[3]!.body[40]! ^= 1;
      chain.rechain(7, { through: 12, head: false });
      expect(await verify(chain)).toMatchObject({ ok: false, seq: 6, through: 12 });
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
      expect(await verify(chain, notes)).toMatchObject({ ok: true, first: 21, last: 31 });
    });

    it('misses more than the tombstone covers', async () => {
      const chain = sound.copy();
      bury(chain, 12);
      chain.entries.splice(0, 2);
      expect(await verify(chain, notes)).toMatchObject({ seq: 13, through: 14, problem: 'missing' });
    });

    it('does not believe a tombstone that nobody signed', async () => {
      const chain = sound.copy();
      const note = signCheckpoint(
        { tenant: TENANT, seq: 12, link: chain.entries[11]!.link },
        generateKeyPairSync('ed25519'),
      );
      chain.append(
        'tombstone',
        'tombstone-1',
        toTombstoneBody({ first: 1, last: 12, link: chain.entries[11]!.link }, new Date(), note),
      );
      chain.entries.splice(0, 12);
      expect(await verify(chain)).toMatchObject({ seq: 31, problem: 'tombstone_invalid' });
    });
  });

  describe('with the readable rows', () => {
    const all = { withProjection: true };
    const differences: [string, (chain: MemoryChain) => void, object][] = [
      [
        'another title',
        (chain) => (chain.conversationRows[4]!.title = 'x'),
        { problem: 'projection_differs' },
      ],
      [
        'other metadata',
        (chain) => (chain.conversationRows[4]!.metadata = {}),
        { problem: 'projection_differs' },
      ],
      ['another answer', (chain) => (chain.messageRows[9]!.content = 'x'), { problem: 'projection_differs' }],
      [
        'an answer too many',
        (chain) => chain.messageRows.splice(10, 0, chain.messageRows[9]!),
        { problem: 'projection_differs' },
      ],
      ['an answer too few', (chain) => chain.messageRows.splice(9, 1), { problem: 'projection_differs' }],
      ['no conversation', (chain) => chain.conversationRows.splice(4, 1), { problem: 'projection_differs' }],
      [
        'an answer of another tenant',
        (chain) => (chain.messageRows[9]!.tenant = 'other'),
        { problem: 'projection_differs' },
      ],
      ['another key', (chain) => (chain.keyRows[4]!.key[0]! ^= 1), { problem: 'key_wrong' }],
    ];
    it.each(differences)('names %s', async (_, tamper, finding) => {
      const chain = sound.copy();
      tamper(chain);
      expect(await verify(chain, notes, all)).toMatchObject({
        ok: false,
        seq: 5,
        conversationId: 5,
        ...finding,
      });
      expect(await verify(chain, notes)).toMatchObject({ ok: true });
    });

    it('misses a key unless an entry says that it was erased', async () => {
      const chain = sound.copy();
      chain.forget(({ seq }) => seq === 5 || seq === 6);
      expect(await verify(chain, notes, all)).toMatchObject({ seq: 5, problem: 'key_missing' });
      const erase = (seqs: number[]) =>
        chain.append(
          'erasure',
          `erasure-${randomUUID()}`,
          Buffer.from(JSON.stringify({ conversation_id: 5, seqs, at: '', by: 'ada' })),
        );
      erase([5]);
      expect(await verify(chain, notes, all)).toMatchObject({ seq: 6, problem: 'key_missing' });
      erase([6]);
      expect(await verify(chain, notes, all)).toMatchObject({ ok: true });
      expect(await verify(chain, notes, { ...all, to: 10 })).toMatchObject({ ok: true, last: 10 });
    });

    const forgeries: [string, (chain: MemoryChain) => void, object][] = [
      [
        'a conversation that nobody recorded',
        (chain) => chain.conversationRows.push({ ...chain.conversationRows[4]!, id: 99 }),
        { conversationId: 99, detail: 'Conversation 99 belongs to no entry.' },
      ],
      [
        'a conversation with a key to no entry',
        (chain) => {
          chain.conversationRows.push({ ...chain.conversationRows[4]!, id: 99 });
          chain.keyRows.push({ ...chain.keyRows[4]!, seq: 99, conversationId: 99 });
        },
        { conversationId: 99, detail: 'Conversation 99 belongs to no entry.' },
      ],
      [
        'a message of no conversation',
        (chain) => chain.messageRows.push({ ...chain.messageRows[9]!, conversation_id: null }),
        { detail: 'A message of no conversation belongs to no entry.' },
      ],
      [
        'a message in the conversation of another tenant',
        (chain) => chain.messageRows.push({ ...chain.messageRows[9]!, conversation_id: 99 }),
        { conversationId: 99, detail: 'A message of conversation 99 belongs to no entry.' },
      ],
    ];
    it.each(forgeries)('names %s, whatever part is checked', async (_, tamper, finding) => {
      const chain = sound.copy();
      tamper(chain);
      const problem = 'projection_differs';
      expect(await verify(chain, notes, all)).toMatchObject({ ok: false, seq: 30, problem, ...finding });
      const part = { ...all, from: 11, to: 25 };
      expect(await verify(chain, notes, part)).toMatchObject({ ok: false, seq: 30, problem, ...finding });
      expect(await verify(chain, notes)).toMatchObject({ ok: true });
    });

    it('names what came back under the number of a conversation that was erased', async () => {
      const chain = sound.copy();
      const row = chain.conversationRows[4]!;
      chain.erase(5);
      expect(await verify(chain, notes, all)).toMatchObject({ ok: true, last: 31 });
      chain.conversationRows.push({ ...row, title: 'forged' });
      expect(await verify(chain, notes, all)).toMatchObject({
        seq: 31,
        problem: 'projection_differs',
        conversationId: 5,
      });
    });

    it('names rows of a tenant that has no chain', async () => {
      const chain = new MemoryChain();
      chain.conversationRows.push({ ...sound.conversationRows[4]!, id: 99 });
      expect(await verify(chain, [], all)).toMatchObject({ seq: 0, conversationId: 99 });
    });

    it('puts together a conversation that spans several entries', async () => {
      const chain = new MemoryChain();
      const history = [
        { role: 'user', content: 'One' },
        { role: 'assistant', content: 'First' },
      ] as const;
      for (let i = 1; i <= 70; i++) {
        chain.generation(
          recordOf({ id: `a-${i}`, session: 'a', prompt: `Turn ${i}`, ...(i > 1 && { history }) }),
        );
        chain.generation(recordOf({ id: `b-${i}`, prompt: `Alone ${i}` }));
      }
      expect(await verify(chain, [], all)).toMatchObject({ ok: true, entries: 140 });
      const altered = chain.copy();
      const message = altered.messageRows.findLast((row) => row.conversation_id === 1)!;
      message.content = 'x';
      expect(await verify(altered, [], all)).toMatchObject({
        seq: 139,
        conversationId: 1,
        problem: 'projection_differs',
      });
      const shortened = chain.copy();
      bury(shortened, 20);
      expect(await verify(shortened, [], all)).toMatchObject({ ok: true, first: 21 });
    });

    it('knows texts that cannot be stored as they are', async () => {
      const chain = new MemoryChain();
      chain.generation(recordOf({ id: 'odd', prompt: 'a\u0000b', answer: 'c\ud800' }));
      expect(chain.conversationRows[0]).toMatchObject({ title: 'a\ufffdb', metadata: { sanitized: true } });
      expect(chain.messageRows[1]).toMatchObject({ content: 'c\ufffd', metadata: { sanitized: true } });
      expect(await verify(chain, [], all)).toMatchObject({ ok: true });
    });
  });
});
