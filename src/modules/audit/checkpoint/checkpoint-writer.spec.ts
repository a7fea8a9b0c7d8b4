import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryChain } from '../testing/memory-chain.js';
import { recordOf } from '../testing/record-of.js';
import { toTombstoneBody } from '../verify/tombstone.js';
import { openCheckpoint, signCheckpoint } from './checkpoint.js';
import { CheckpointDirectory } from './checkpoint-directory.js';
import { CheckpointWriter } from './checkpoint-writer.js';

const keys = generateKeyPairSync('ed25519');

describe(CheckpointWriter.name, () => {
  let root: string;
  let directory: CheckpointDirectory;
  let chain: MemoryChain;
  let writer: CheckpointWriter;
  const said: string[] = [];

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'citadel-checkpoints-'));
    directory = new CheckpointDirectory(root);
    chain = MemoryChain.of(10);
    writer = new CheckpointWriter(chain, directory, keys);
    said.length = 0;
    for (const level of ['log', 'warn', 'error'] as const)
      vi.spyOn(Logger.prototype, level).mockImplementation((...args: unknown[]) => {
        said.push(`${level}: ${String(args.find((arg) => typeof arg === 'string'))}`);
      });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(root, { recursive: true, force: true });
  });
  const grow = () => chain.generation(recordOf({ id: `more-${chain.entries.length}` }));
  const sizes = async () =>
    (await directory.list('default')).map((note) => openCheckpoint(note, 'default', keys)?.seq);

  it('signs a chain when it has grown', async () => {
    await writer.writeAll();
    await writer.writeAll();
    expect(await sizes()).toEqual([10]);
    grow();
    await writer.writeAll();
    expect(await sizes()).toEqual([10, 11]);
    expect(writer.stats).toEqual({ broken: new Map(), written: 2, failure: undefined });
  });

  it('signs at once for whoever asks, and never backwards', async () => {
    const asked: Promise<string | undefined>[] = [];
    for (let i = 0; i < 5; i++) {
      asked.push(writer.latest('default'));
      grow();
      void writer.writeAll();
    }
    await Promise.all(asked);
    await writer.writeAll();
    const all = await sizes();
    expect(all).toEqual([...new Set(all)].sort((a, b) => Number(a) - Number(b)));
    expect(all.at(-1)).toBe(15);
    expect(await writer.latest('nobody')).toBeUndefined();
  });

  it('goes on from what an earlier process signed', async () => {
    await writer.writeAll();
    grow();
    const next = new CheckpointWriter(chain, directory, keys);
    await next.writeAll();
    expect(await sizes()).toEqual([10, 11]);
  });

  it('says once of a directory that what another key has signed there counts for nothing', async () => {
    await writer.writeAll();
    const next = new CheckpointWriter(chain, directory, generateKeyPairSync('ed25519'));
    for (let time = 0; time < 2; time++) {
      grow();
      await next.writeAll();
    }
    expect(said).toEqual(['error: a checkpoint in the directory is not signed by the key of this process']);
  });

  const breaks: [string, () => void, string][] = [
    [
      'was cut',
      () => chain.entries.splice(5) && chain.rechain(11),
      'it ends with entry 5, before the last checkpoint, 10',
    ],
    [
      'was rewritten before the checkpoint',
      () => {
        chain.entries[3]!.body[40]! ^= 1;
        chain.rechain(4);
      },
      'entry 10 has another link than its checkpoint',
    ],
    ['has a gap', () => grow() && grow() && chain.entries.splice(10, 1), 'after entry 10 comes entry 12'],
    [
      'does not link up',
      () => grow() && grow() && (chain.entries[10]!.leaf[0]! ^= 1),
      'entry 11 is not linked to what stands before it',
    ],
    ['lost its entries', () => chain.entries.splice(0), 'its entries are gone'],
    [
      'lost its head',
      () => (chain.headRow = undefined),
      'it ends with entry 0, before the last checkpoint, 10',
    ],
    [
      'has another head',
      () => grow() && (chain.headRow!.link = Buffer.alloc(32)),
      'its head has another link than entry 11',
    ],
  ];
  it.each(breaks)('does not sign a chain that %s, and says so once', async (_, tamper, problem) => {
    await writer.writeAll();
    tamper();
    if (chain.headRow?.seq === 10) chain.headRow.link = Buffer.alloc(32, 1);
    await writer.writeAll();
    await writer.writeAll();
    expect(await sizes()).toEqual([10]);
    expect(writer.stats.broken.get('default')).toBe(problem);
    expect(said).toEqual([`error: the audit chain is broken and is not signed any more: ${problem}`]);
  });

  it('takes a chain for sound again as soon as it is what was signed, grown or not', async () => {
    await writer.writeAll();
    const entries = chain.entries.splice(5);
    chain.rechain(11);
    await writer.writeAll();
    expect(writer.stats.broken.size).toBe(1);
    chain.entries.push(...entries);
    chain.rechain(11);
    await writer.writeAll();
    expect(writer.stats.broken.size).toBe(0);
    expect(said.at(-1)).toBe('log: the chain agrees with its checkpoints again');
    expect(await sizes()).toEqual([10]);
  });

  it('does not take a chain for broken whose beginning is being taken away', async () => {
    const { link } = chain.entries[7]!;
    const note = signCheckpoint({ tenant: 'default', seq: 8, link }, keys);
    chain.append('tombstone', 'tombstone-1', toTombstoneBody({ first: 1, last: 8, link }, new Date(), note));
    chain.entries.shift();
    const page = chain.page.bind(chain);
    chain.page = async (...args) => {
      const entries = await page(...args);
      if (chain.entries[0]!.seq <= 8) chain.entries.shift();
      return entries;
    };
    await writer.writeAll();
    expect(said).toEqual([]);
    expect(await sizes()).toEqual([11]);
  });

  it('tries again while the database is away, and says that once', async () => {
    const heads = chain.heads.bind(chain);
    chain.heads = () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
    await writer.writeAll();
    await writer.writeAll();
    expect(writer.stats.failure).toEqual(expect.any(String));
    chain.heads = heads;
    await writer.writeAll();
    expect(await sizes()).toEqual([10]);
    expect(said).toEqual([
      expect.stringMatching(/^warn: chains are not signed/),
      'log: chains are signed again',
    ]);
    expect(writer.stats.failure).toBeUndefined();
  });
});
