import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../../test/support/seeded-random.js';
import { signCheckpoint } from '../checkpoint/checkpoint.js';
import { makeSigningKeys } from '../testing/make-signing-keys.js';
import { MemoryChain } from '../testing/memory-chain.js';
import { recordOf } from '../testing/record-of.js';
import { ChainVerifier } from './chain-verifier.js';
import type { Verdict } from './verdict.js';

const ROUNDS = 3_000;
const ENTRIES = 24;
const CHECKPOINTS = [8, 16];
const keys = makeSigningKeys();

const sound = new MemoryChain();
for (let i = 1; i <= ENTRIES; i++)
  sound.generation(
    recordOf({ id: `gen-${i}`, prompt: `Question ${i}`, ...(i % 6 === 0 && { session: 's' }) }),
  );
const notes = CHECKPOINTS.map((seq) =>
  signCheckpoint({ tenant: 'default', seq, link: sound.entries[seq - 1]!.link }, keys),
);

const verify = (chain: MemoryChain) =>
  new ChainVerifier(chain, chain, { list: () => Promise.resolve(notes) }, keys).verify({
    tenant: 'default',
    withProjection: true,
  });

/** What is found: between which entries the finding must name the wrong one, and what it may be called. */
interface Expected {
  readonly seq: number;
  readonly problems: readonly string[];
  /** Only the stretch is known. */
  readonly isStretch?: boolean;
}

type Mutation = (chain: MemoryChain, random: SeededRandom, k: number) => Expected;

function flip(bytes: Buffer, random: SeededRandom): void {
  bytes[random.below(bytes.length)]! ^= 1 + random.below(255);
}

function flipText(text: string, random: SeededRandom): string {
  const at = random.below(text.length);
  return (
    text.slice(0, at) +
    String.fromCharCode(text.charCodeAt(at) ^ (1 + random.below(127))) +
    text.slice(at + 1)
  );
}

const rewrite = (chain: MemoryChain, random: SeededRandom, k: number) =>
  flip(chain.entries[k - 1]!.body, random);

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  body: (chain, random, k) => (rewrite(chain, random, k), { seq: k, problems: ['altered'] }),
  leaf: (chain, random, k) => (flip(chain.entries[k - 1]!.leaf, random), { seq: k, problems: ['altered'] }),
  link: (chain, random, k) => (flip(chain.entries[k - 1]!.link, random), { seq: k, problems: ['relinked'] }),
  kind: (chain, random, k) => {
    const entry = chain.entries[k - 1]!;
    entry.kind = flipText(entry.kind, random);
    return { seq: k, problems: ['altered'] };
  },
  subject: (chain, random, k) => {
    const entry = chain.entries[k - 1]!;
    Object.assign(entry, { subject: flipText(entry.subject, random) });
    return { seq: k, problems: ['altered'] };
  },
  recordedAt: (chain, random, k) => {
    const entry = chain.entries[k - 1]!;
    const shifted = new Date(Date.parse(entry.recordedAt) + 1 + random.below(1_000_000));
    Object.assign(entry, { recordedAt: shifted.toISOString() });
    return { seq: k, problems: ['altered'] };
  },
  tenant: (chain, _, k) => (
    Object.assign(chain.entries[k - 1]!, { tenant: 'other' }),
    { seq: k, problems: [k === ENTRIES ? 'cut' : 'missing'] }
  ),
  seq: (chain, random, k) => {
    const to = random.pick([-k, 0, ENTRIES + 1, ENTRIES + 1 + random.below(1_000)]);
    Object.assign(chain.entries[k - 1]!, { seq: to });
    if (to < 1) return { seq: to, problems: ['unexpected'] };
    return { seq: k, problems: ['missing', 'altered'] };
  },
  deletion: (chain, random, k) => {
    const count = 1 + random.below(4);
    chain.entries.splice(k - 1, count);
    return { seq: k, problems: [k + count > ENTRIES ? 'cut' : 'missing'] };
  },
  insertion: (chain, random, k) => {
    const entry = { ...chain.entries[k - 1]!, seq: ENTRIES + 1 };
    chain.entries.push(entry);
    if (random.chance(0.5)) chain.rechain(ENTRIES + 1, { head: false });
    return { seq: ENTRIES + 1, problems: ['altered', 'head_mismatch'] };
  },
  swap: (chain, random, k) => {
    const other = 1 + ((k + random.below(ENTRIES - 1)) % ENTRIES);
    const [a, b] = [chain.entries[k - 1]!, chain.entries[other - 1]!];
    [a.body, b.body] = [b.body, a.body];
    [a.leaf, b.leaf] = [b.leaf, a.leaf];
    [a.link, b.link] = [b.link, a.link];
    return { seq: Math.min(k, other), problems: ['altered'] };
  },
  rewritten: (chain, random, k) => {
    rewrite(chain, random, k);
    chain.rechain(k, { through: k, head: false });
    const problems = ['relinked', 'checkpoint_mismatch', 'head_mismatch'];
    return { seq: k, problems, isStretch: true };
  },
  rechained: (chain, random, k) => {
    rewrite(chain, random, k);
    chain.rechain(k);
    // What no checkpoint has seen can only be held against its key.
    return { seq: k, problems: [k > 16 ? 'key_wrong' : 'checkpoint_mismatch'], isStretch: k <= 16 };
  },
  cut: (chain, _, k) => (chain.entries.splice(k - 1), { seq: k, problems: ['cut'] }),
  'cut with its head': (chain, random) => {
    const k = 1 + random.below(16);
    chain.entries.splice(k - 1);
    chain.rechain(k);
    return { seq: k, problems: ['cut'] };
  },
  head: (chain, random, k) => {
    if (random.chance(0.5)) flip(chain.headRow!.link, random);
    else chain.headRow!.seq = k === ENTRIES ? ENTRIES + 1 : k;
    const seq = k === ENTRIES || chain.headRow!.seq === ENTRIES ? chain.headRow!.seq : k;
    return { seq, problems: ['head_mismatch', 'cut'] };
  },
  key: (chain, random, k) => (flip(chain.keyRows[k - 1]!.key, random), { seq: k, problems: ['key_wrong'] }),
  'no key': (chain, _, k) => {
    const { conversationId } = chain.keyRows[k - 1]!;
    chain.keyRows.splice(k - 1, 1);
    // Of a conversation with several entries the messages are noticed first.
    return conversationId === 6
      ? { seq: 0, problems: ['key_missing', 'projection_differs'] }
      : { seq: k, problems: ['key_missing'] };
  },
  conversation: (chain, random) => {
    const row = random.pick(chain.conversationRows);
    const column = random.pick([
      'user_id',
      'model_name',
      'title',
      'tenant',
      'session_id',
      'status',
      'created_at',
      'updated_at',
    ] as const);
    Object.assign(row, { [column]: flipText(row[column] ?? 'null', random) });
    return { seq: -row.id, problems: ['projection_differs'] };
  },
  message: (chain, random) => {
    const row = random.pick(chain.messageRows);
    const column = random.pick(['role', 'content', 'created_at', 'tenant'] as const);
    Object.assign(row, { [column]: flipText(row[column]!, random) });
    return { seq: -row.conversation_id!, problems: ['projection_differs'] };
  },
  'forged conversation': (chain, random) => {
    const id = 1_000 + random.below(1_000);
    const { id: known, ...row } = random.pick(chain.conversationRows);
    chain.conversationRows.push({ id, ...row, session_id: null });
    if (random.chance(0.5)) chain.messageRows.push(...forgedOf(chain, known, id));
    return { seq: -id, problems: ['projection_differs'] };
  },
  'forged conversation with a key': (chain, random) => {
    const key = random.pick(chain.keyRows);
    chain.conversationRows.push({ ...random.pick(chain.conversationRows), id: 99 });
    chain.keyRows.push({ ...key, seq: random.pick([-1, ENTRIES + 1]), conversationId: 99 });
    return { seq: -99, problems: ['projection_differs'] };
  },
  'erased conversation': (chain, random) => {
    const id = random.pick(chain.conversationRows).id;
    const [row, said] = [chain.conversationRows.find((each) => each.id === id)!, forgedOf(chain, id, id)];
    chain.erase(id);
    chain.conversationRows.push(row);
    if (random.chance(0.5)) chain.messageRows.push(...said);
    return { seq: -id, problems: ['projection_differs'] };
  },
  'message of no conversation': (chain, random) => {
    const row = random.pick(chain.messageRows);
    chain.messageRows.push(Object.assign({ ...row }, { conversation_id: random.pick([null, 1_000]) }));
    return { seq: 0, problems: ['projection_differs'] };
  },
};

const forgedOf = ({ messageRows }: MemoryChain, from: number, to: number) =>
  messageRows.filter((row) => row.conversation_id === from).map((row) => ({ ...row, conversation_id: to }));

function isNamed(verdict: Verdict, { seq, problems, isStretch }: Expected): boolean {
  if (verdict.ok || !problems.includes(verdict.problem)) return false;
  if (verdict.problem === 'projection_differs') return seq >= 0 || verdict.conversationId === -seq;
  if (isStretch) return verdict.seq <= seq && seq <= (verdict.through ?? verdict.seq);
  return seq === 0 && problems.includes('key_missing') ? true : verdict.seq === seq;
}

describe('a chain that was tampered with', () => {
  it.each(Object.keys(MUTATIONS))(`is found out and named (%s)`, async (name) => {
    const random = new SeededRandom(20_261_121);
    const rounds = Math.ceil(ROUNDS / Object.keys(MUTATIONS).length);
    for (let round = 0; round < rounds; round++) {
      const chain = sound.copy();
      const expected = MUTATIONS[name]!(chain, random, 1 + random.below(ENTRIES));
      const verdict = await verify(chain);
      if (!isNamed(verdict, expected)) expect.soft({ round, verdict }).toEqual(expected);
    }
    expect(await verify(sound)).toMatchObject({ ok: true, entries: ENTRIES, checkpoints: 2 });
  });
});
