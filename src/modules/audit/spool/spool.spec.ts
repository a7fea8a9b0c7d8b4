import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ENDED_AT, textOf } from '../testing/recorded-text.js';
import { Spool, SpoolFullError } from './spool.js';
import type { FrameKind } from './spool-frame.js';

const MAX_BYTES = 256 * 1024 * 1024;
const ALL = { rows: 1_000, bytes: MAX_BYTES };

let root: string;
let spool: Spool;

const append = (kind: FrameKind, subject: string, text = `{"of":"${subject}"`) =>
  spool.append({ kind, tenant: 'default', subject, text });
const waiting = (of = spool) => of.oldest(ALL).map(({ record: { kind, subject } }) => `${kind} ${subject}`);
const filesIn = (slot: string) =>
  readdirSync(join(root, slot))
    .filter((name) => name.endsWith('.spool'))
    .sort()
    .map((name) => join(root, slot, name));

/** What another process would find if this one died now. */
const afterDeath = async (): Promise<Spool> => {
  const copy = mkdtempSync(join(tmpdir(), 'citadel-spool-'));
  cpSync(root, copy, { recursive: true, filter: (path) => !path.endsWith('.lock') });
  spool.close();
  rmSync(root, { recursive: true });
  root = copy;
  spool = await Spool.open(root, MAX_BYTES);
  return spool;
};

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'citadel-spool-'));
  spool = await Spool.open(root, MAX_BYTES);
});
afterEach(() => {
  spool.close();
  rmSync(root, { recursive: true });
});

describe(Spool.name, () => {
  it('gives outcomes back in their order, byte for byte, until they are settled', () => {
    const text = '{"answer":"\u00f0\u009f\u0098\u0080 \\u0000"';
    append('begin', 'a');
    const first = append('outcome', 'b', text);
    append('outcome', 'c');
    expect(waiting()).toEqual(['outcome b', 'outcome c']);
    expect(spool.oldest({ rows: 1, bytes: 1 })[0]?.record).toEqual({
      kind: 'outcome',
      tenant: 'default',
      subject: 'b',
      text,
    });
    expect(spool.waitingCount).toBe(2);
    spool.settle(first);
    spool.settle(first);
    expect(waiting()).toEqual(['outcome c']);
    expect(spool.waitingCount).toBe(1);
  });

  it('leaves what is still needed to the next process: outcomes, and begins that have none', async () => {
    append('begin', 'never ended');
    const settled = append('begin', 'settled elsewhere');
    append('begin', 'ended');
    append('outcome', 'ended');
    spool.settle(settled);
    const heir = await afterDeath();
    // Only the database knows that one of the begins was settled.
    expect(waiting(heir)).toEqual(['begin never ended', 'begin settled elsewhere', 'outcome ended']);
    expect(heir.waitingCount).toBe(3);
    for (const { ticket } of heir.oldest(ALL)) heir.settle(ticket);
    expect(heir.size).toBe(0);
    expect(filesIn('1')).toEqual([]);
  });

  it('knows since when the oldest that waits does, also of another process', async () => {
    expect(spool.waitingSince).toBeUndefined();
    const before = Date.now();
    append('begin', 'a');
    expect(spool.waitingSince).toBeUndefined();
    const kept = append('outcome', 'b', textOf({}));
    append('outcome', 'c');
    expect(spool.waitingSince).toBeGreaterThanOrEqual(before);
    spool.settle(kept);
    const createdAt = new Date('2026-06-30T23:00:00Z');
    append('begin', 'd', textOf({}, { createdAt }).split(',"updated_at"')[0]);
    const heir = await afterDeath();
    const fileMadeAt = Number.parseInt(basename(filesIn('1')[0]!), 10);
    const ages = heir.oldest(ALL).map(({ record: { subject }, ticket }) => {
      const { waitingSince } = heir;
      heir.settle(ticket);
      return [subject, waitingSince];
    });
    expect(ages).toEqual([
      ['a', fileMadeAt],
      ['b', ENDED_AT.getTime()],
      ['c', fileMadeAt],
      ['d', createdAt.getTime()],
    ]);
  });

  it('lets a begin wait for the database itself when its end could not be kept', () => {
    const begin = append('begin', 'a');
    append('outcome', 'b');
    expect(waiting()).toEqual(['outcome b']);
    spool.orphan(begin);
    spool.orphan(begin);
    expect(waiting()).toEqual(['begin a', 'outcome b']);
    expect(spool.waitingCount).toBe(2);
    spool.settle(begin);
    expect(spool.waitingCount).toBe(1);
  });

  describe('as time goes by', () => {
    beforeEach(async () => {
      spool.close();
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date', 'performance'] });
      spool = await Spool.open(root, MAX_BYTES);
    });
    afterEach(() => vi.useRealTimers());

    it('keeps nothing that nobody needs', () => {
      const settled = append('outcome', 'a');
      spool.settle(settled);
      vi.advanceTimersByTime(1_000);
      expect(filesIn('1')).toEqual([]);
      expect(spool.size).toBe(0);
      append('outcome', 'b');
      expect(waiting()).toEqual(['outcome b']);
    });

    it('keeps of what others have left behind only what goes on', () => {
      append('begin', 'goes on');
      for (const subject of ['a', 'b', 'c', 'd']) spool.settle(append('outcome', subject, 'secret'));
      vi.advanceTimersByTime(59_000);
      expect(readFileSync(filesIn('1')[0]!, 'latin1')).toContain('secret');
      vi.advanceTimersByTime(3_000);
      const [file, ...others] = filesIn('1');
      expect(others).toEqual([]);
      expect(readFileSync(file!, 'latin1')).toContain('goes on');
      expect(readFileSync(file!, 'latin1')).not.toContain('secret');
    });

    it('says once why it takes nothing, and that it does again when that has held for a while', async () => {
      spool.close();
      spool = await Spool.open(root, 20_000);
      const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
      const log = vi.spyOn(Logger.prototype, 'log').mockReturnValue();
      const large = 'x'.repeat(10_000);
      const held = append('begin', 'held', large);
      for (let refusal = 0; refusal < 2; refusal++)
        expect(() => append('begin', 'refused', large)).toThrow(SpoolFullError);
      expect(error.mock.calls).toEqual([
        [expect.stringMatching(/^the spool takes no more records: The spool holds \d+ of 20000 bytes\.$/)],
      ]);
      spool.settle(held);
      vi.advanceTimersByTime(9_000);
      expect(() => append('outcome', 'refused', large.repeat(2))).toThrow(SpoolFullError);
      vi.advanceTimersByTime(9_000);
      expect(log).not.toHaveBeenCalled();
      vi.advanceTimersByTime(2_000);
      expect(log.mock.calls).toEqual([['the spool takes records again']]);
      expect(error).toHaveBeenCalledOnce();
      expect(() => append('outcome', 'refused', large.repeat(2))).toThrow(SpoolFullError);
      expect(error).toHaveBeenCalledTimes(2);
      vi.restoreAllMocks();
    });

    it('goes on where a file cannot be removed, and removes it when it can be', () => {
      const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
      const first = append('outcome', 'a');
      const [file] = filesIn('1');
      rmSync(file!);
      mkdirSync(file!);
      spool.settle(first);
      vi.advanceTimersByTime(3_000);
      append('outcome', 'b');
      expect(waiting()).toEqual(['outcome b']);
      expect(warn).toHaveBeenCalledOnce();

      rmdirSync(file!);
      writeFileSync(file!, 'what was in there');
      vi.advanceTimersByTime(1_000);
      expect(filesIn('1')).not.toContain(file);
    });

    it('goes on behind a file all of which is damaged', () => {
      append('outcome', 'a');
      const [file] = filesIn('1');
      writeFileSync(file!, Buffer.alloc(readFileSync(file!).length));
      vi.advanceTimersByTime(62_000);
      append('outcome', 'b');
      expect(waiting()).toEqual(['outcome b']);
      expect(spool.damagedCount).toBe(1);
    });

    it('loses sight of nothing else when what would have moved on is damaged', () => {
      const long = append('begin', 'goes on');
      for (const subject of ['a', 'b', 'c', 'd']) spool.settle(append('outcome', subject));
      const [file] = filesIn('1');
      const bytes = readFileSync(file!);
      bytes[bytes.indexOf('goes on')]! ^= 1;
      writeFileSync(file!, bytes);
      vi.advanceTimersByTime(62_000);
      append('outcome', 'e');
      spool.settle(long);
      expect(waiting()).toEqual(['outcome e']);
      expect(spool.damagedCount).toBe(1);
      expect(filesIn('1')).toHaveLength(1);
    });
  });

  it('takes over from every directory that nobody holds', async () => {
    append('outcome', 'from the first');
    const second = await Spool.open(root, MAX_BYTES);
    second.append({ kind: 'outcome', tenant: 'default', subject: 'from the second', text: '{' });
    second.close();
    const third = await Spool.open(root, MAX_BYTES);
    expect(waiting(third)).toEqual(['outcome from the second']);
    third.close();
    // What two processes wrote in one millisecond has no order.
    const found = waiting(await afterDeath()).sort();
    expect(found).toEqual(['outcome from the first', 'outcome from the second']);
  });

  it.each([
    ['cut short', (file: string) => truncateSync(file, readFileSync(file).length - 3)],
    ['followed by garbage', (file: string) => appendFileSync(file, 'garbage at the end')],
    ['followed by zeros', (file: string) => appendFileSync(file, Buffer.alloc(4096))],
  ])('reads a file that is %s up to there', async (what, damage) => {
    for (const subject of ['a', 'b', 'c']) append('outcome', subject);
    damage(filesIn('1')[0]!);
    const expected =
      what === 'cut short' ? ['outcome a', 'outcome b'] : ['outcome a', 'outcome b', 'outcome c'];
    expect(waiting(await afterDeath())).toEqual(expected);
  });

  it('takes no begins near its bound, outcomes up to it, and begins again when there is room', async () => {
    spool.close();
    spool = await Spool.open(root, 95_000);
    const text = 'x'.repeat(9_000);
    const begins = Array.from({ length: 9 }, (_, number) => append('begin', `b${number}`, text));
    expect(spool.hasRoom).toBe(true);
    expect(() => append('begin', 'one more', text)).toThrow(SpoolFullError);
    expect(spool.hasRoom).toBe(false);
    begins.push(append('begin', 'a small one'));
    expect(spool.hasRoom).toBe(true);
    append('outcome', 'end', text);
    expect(spool.hasRoom).toBe(false);
    expect(() => append('outcome', 'another end', text)).toThrow(SpoolFullError);
    for (const ticket of [...begins, ...spool.oldest(ALL).map(({ ticket }) => ticket)]) spool.settle(ticket);
    expect(spool.waitingCount).toBe(0);
    expect(append('begin', 'another', text).live).toBe(true);
    expect(spool.hasRoom).toBe(true);
  });

  it('lets files go that nobody needs, and does not keep many for one long generation', async () => {
    const long = append('begin', 'long');
    const text = 'x'.repeat(1024 * 1024);
    for (let number = 0; number < 120; number++) spool.settle(append('begin', `short ${number}`, text));
    expect(spool.size).toBeLessThan(80 * 1024 * 1024);
    expect(waiting(await afterDeath())).toContain('begin long');
    expect(long.live).toBe(true);
  });

  describe('whose files are deleted under it', () => {
    /** Looks after itself once. */
    const tend = () => vi.advanceTimersByTimeAsync(1_000);
    beforeEach(async () => {
      spool.close();
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      spool = await Spool.open(root, MAX_BYTES);
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    it.each([
      ['its directory', () => rmSync(join(root, '1'), { recursive: true })],
      ['all of its place', () => rmSync(root, { recursive: true })],
      ['its files alone', () => filesIn('1').forEach((file) => rmSync(file))],
    ])('makes them again, and loses nothing: %s', async (_, strike) => {
      append('begin', 'a');
      append('outcome', 'b');
      const settled = append('outcome', 'c');
      spool.settle(settled);
      strike();
      await tend();
      await vi.waitUntil(() => existsSync(join(root, '1')) && filesIn('1').length > 0);
      append('outcome', 'd');
      expect([spool.isWritable, spool.damagedCount]).toEqual([true, 0]);
      expect(waiting()).toEqual(['outcome b', 'outcome d']);
      vi.useRealTimers();
      const heir = await afterDeath();
      expect(waiting(heir)).toEqual(['begin a', 'outcome b', 'outcome d']);
    });

    it('counts what it cannot read any more', async () => {
      append('outcome', 'a');
      append('outcome', 'b');
      const [file] = filesIn('1');
      const bytes = readFileSync(file!);
      bytes[bytes.indexOf('"b"') + 6]! ^= 1;
      writeFileSync(file!, bytes);
      rmSync(file!);
      await tend();
      expect(waiting()).toEqual(['outcome a']);
      expect(spool.damagedCount).toBe(1);
    });

    it('takes another place where somebody else has taken its own meanwhile', async () => {
      append('outcome', 'a');
      rmSync(root, { recursive: true });
      const other = await Spool.open(root, MAX_BYTES);
      await tend();
      await vi.waitUntil(() => existsSync(join(root, '2')) && filesIn('2').length > 0);
      expect(waiting()).toEqual(['outcome a']);
      expect(waiting(other)).toEqual([]);
      other.close();
    });

    it('makes nothing where what was linked there is gone', async () => {
      spool.close();
      const [place, link] = [join(root, 'place'), join(root, 'link')];
      mkdirSync(place);
      symlinkSync(place, link);
      spool = await Spool.open(link, MAX_BYTES);
      append('outcome', 'a');
      rmSync(place, { recursive: true });
      await tend();
      await vi.waitUntil(() => !spool.isWritable);
      await tend();
      expect([spool.isWritable, existsSync(place)]).toEqual([false, false]);
      expect(() => append('begin', 'b')).toThrow('ENO');
      // What this process still has it still gives to the database.
      expect(waiting()).toEqual(['outcome a']);
    });
  });

  it('goes on behind a record that is damaged, and counts it', () => {
    for (const subject of ['a', 'b', 'c']) append('outcome', subject);
    const [file] = filesIn('1');
    const bytes = readFileSync(file!);
    bytes[bytes.indexOf('"b"') + 6]! ^= 1;
    writeFileSync(file!, bytes);
    expect(waiting()).toEqual(['outcome a', 'outcome c']);
    expect(spool.damagedCount).toBe(1);
    expect(spool.waitingCount).toBe(2);
  });

  it.each([
    ['goes on behind a damaged one that another process left, and counts it', 'b', ['a', 'c'], 1],
    ['takes a damaged one at the end for torn: it was never promised', 'c', ['a', 'b'], 0],
  ])('%s', async (_, damaged, left, count) => {
    for (const subject of ['a', 'b', 'c']) append('outcome', subject);
    const [file] = filesIn('1');
    const bytes = readFileSync(file!);
    bytes[bytes.indexOf(`"${damaged}"`) + 6]! ^= 1;
    writeFileSync(file!, bytes);
    const heir = await afterDeath();
    expect(waiting(heir)).toEqual(left.map((subject) => `outcome ${subject}`));
    expect(heir.damagedCount).toBe(count);
  });

  const LENGTH_BYTES = 4;
  it.each([
    ['longer than the file', (bytes: Buffer) => bytes.writeUInt32LE(0x7fff_ffff)],
    ['longer than it is', (bytes: Buffer) => bytes.writeUInt32LE(bytes.readUInt32LE() + 3)],
    ['shorter than it is', (bytes: Buffer) => bytes.writeUInt32LE(bytes.readUInt32LE() - 3)],
    ['nothing, as after an outage of power', (bytes: Buffer) => bytes.fill(0)],
  ])('finds what follows one that another process left and whose length is %s', async (_, damage) => {
    for (const subject of ['a', 'b', 'c', 'd']) append('outcome', subject);
    const [file] = filesIn('1');
    const bytes = readFileSync(file!);
    const frames = ['a', 'b', 'c'].map(
      (subject) => bytes.indexOf(`O"default"\n"${subject}"`) - 2 * LENGTH_BYTES,
    );
    damage(bytes.subarray(frames[1], frames[2]));
    writeFileSync(file!, bytes);
    const heir = await afterDeath();
    expect(waiting(heir)).toEqual(['outcome a', 'outcome c', 'outcome d']);
    expect(heir.damagedCount).toBe(1);
  });

  it('is durable when it says so', async () => {
    append('outcome', 'a');
    const both = [spool.sync(), spool.sync()];
    expect(both[0]).toBe(both[1]);
    await Promise.all(both);
    await spool.sync();
  });
});
