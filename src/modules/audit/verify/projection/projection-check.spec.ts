import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { MemoryChain } from '../../testing/memory-chain.js';
import { recordOf } from '../../testing/record-of.js';
import { bury, noteOf, verifyChain } from '../../testing/verify-chain.js';
import { ProjectionCheck } from './projection-check.js';

describe(ProjectionCheck.name, () => {
  let sound: MemoryChain;
  let notes: string[];
  beforeAll(() => {
    sound = MemoryChain.of(30);
    notes = [noteOf(sound, 10), noteOf(sound, 20)];
  });

  const all = { withProjection: true };
  const differences: [string, (chain: MemoryChain) => void, object][] = [
    ['another title', (chain) => (chain.conversationRows[4]!.title = 'x'), { problem: 'projection_differs' }],
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
    expect(await verifyChain(chain, notes, all)).toMatchObject({
      ok: false,
      seq: 5,
      conversationId: 5,
      ...finding,
    });
    expect(await verifyChain(chain, notes)).toMatchObject({ ok: true });
  });

  it('misses a key unless an entry says that it was erased', async () => {
    const chain = sound.copy();
    chain.forget(({ seq }) => seq === 5 || seq === 6);
    expect(await verifyChain(chain, notes, all)).toMatchObject({ seq: 5, problem: 'key_missing' });
    const erase = (seqs: number[]) =>
      chain.append(
        'erasure',
        `erasure-${randomUUID()}`,
        Buffer.from(JSON.stringify({ conversation_id: 5, seqs, at: '', by: 'ada' })),
      );
    erase([5]);
    expect(await verifyChain(chain, notes, all)).toMatchObject({ seq: 6, problem: 'key_missing' });
    erase([6]);
    expect(await verifyChain(chain, notes, all)).toMatchObject({ ok: true });
    expect(await verifyChain(chain, notes, { ...all, to: 10 })).toMatchObject({ ok: true, last: 10 });
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
    expect(await verifyChain(chain, notes, all)).toMatchObject({ ok: false, seq: 30, problem, ...finding });
    const part = { ...all, from: 11, to: 25 };
    expect(await verifyChain(chain, notes, part)).toMatchObject({ ok: false, seq: 30, problem, ...finding });
    expect(await verifyChain(chain, notes)).toMatchObject({ ok: true });
  });

  it('names what came back under the number of a conversation that was erased', async () => {
    const chain = sound.copy();
    const row = chain.conversationRows[4]!;
    chain.erase(5);
    expect(await verifyChain(chain, notes, all)).toMatchObject({ ok: true, last: 31 });
    chain.conversationRows.push({ ...row, title: 'forged' });
    expect(await verifyChain(chain, notes, all)).toMatchObject({
      seq: 31,
      problem: 'projection_differs',
      conversationId: 5,
    });
  });

  it('names rows of a tenant that has no chain', async () => {
    const chain = new MemoryChain();
    chain.conversationRows.push({ ...sound.conversationRows[4]!, id: 99 });
    expect(await verifyChain(chain, [], all)).toMatchObject({ seq: 0, conversationId: 99 });
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
    expect(await verifyChain(chain, [], all)).toMatchObject({ ok: true, entries: 140 });
    const altered = chain.copy();
    const message = altered.messageRows.findLast((row) => row.conversation_id === 1)!;
    message.content = 'x';
    expect(await verifyChain(altered, [], all)).toMatchObject({
      seq: 139,
      conversationId: 1,
      problem: 'projection_differs',
    });
    const shortened = chain.copy();
    bury(shortened, 20);
    expect(await verifyChain(shortened, [], all)).toMatchObject({ ok: true, first: 21 });
  });

  it('holds no more than a page of a conversation, however long it is', async () => {
    const chain = new MemoryChain();
    for (let i = 1; i <= 600; i++)
      chain.generation(recordOf({ id: `gen-${i}`, prompt: `${i}`, session: 'talk' }));
    const whole = vi.spyOn(chain, 'messages');
    const paged = vi.spyOn(chain, 'messagesAfter');
    expect(await verifyChain(chain, [], all)).toMatchObject({ ok: true });
    expect(whole.mock.calls.flatMap(([ids]) => ids)).toEqual([]);
    const pages = await Promise.all(paged.mock.results.map(({ value }) => value));
    expect(Math.max(...pages.map(({ length }) => length))).toBeLessThan(chain.messageRows.length / 2);
    chain.messageRows.at(-1)!.content = 'x';
    expect(await verifyChain(chain, [], all)).toMatchObject({ seq: 600, problem: 'projection_differs' });
  });

  it('knows texts that cannot be stored as they are', async () => {
    const chain = new MemoryChain();
    chain.generation(recordOf({ id: 'odd', prompt: 'a\u0000b', answer: 'c\ud800' }));
    expect(chain.conversationRows[0]).toMatchObject({ title: 'a\ufffdb', metadata: { sanitized: true } });
    expect(chain.messageRows[1]).toMatchObject({ content: 'c\ufffd', metadata: { sanitized: true } });
    expect(await verifyChain(chain, [], all)).toMatchObject({ ok: true });
  });
});
