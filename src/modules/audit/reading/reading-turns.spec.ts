import { beforeEach, describe, expect, it } from 'vitest';
import type { AppConfig } from '../../../config/index.js';
import { Gate } from '../../../../test/support/gate.js';
import { ReadingTurns } from './reading-turns.js';

describe(ReadingTurns.name, () => {
  let turns: ReadingTurns;
  /** What has begun and is not let go yet, by name. */
  let running: { name: string; gate: Gate<void> }[];

  const read = (userId: string, name = userId) =>
    turns.run({ tenant: 'default', userId }, async () => {
      const gate = new Gate<void>();
      running.push({ name, gate });
      await gate.opened;
      return name;
    });
  const names = () => running.map(({ name }) => name);
  const finish = async (name: string) => {
    const index = names().indexOf(name);
    running.splice(index, 1)[0]!.gate.open();
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };

  beforeEach(() => {
    running = [];
    turns = new ReadingTurns({ database: { kind: 'postgres', poolMax: 7 } } as unknown as AppConfig);
  });

  it('lets one caller read two things at once, and all of them as many as half of the connections', () => {
    for (const user of ['ada', 'ada', 'ada', 'bob', 'eve']) void read(user);
    expect(names()).toEqual(['ada', 'ada', 'bob']);
  });

  it('takes callers in turn, however much one of them asks for', async () => {
    for (let count = 0; count < 10; count += 1) void read('ada');
    for (let count = 0; count < 10; count += 1) void read('mallory');
    void read('bob');
    expect(names()).toEqual(['ada', 'ada', 'mallory']);
    await finish('ada');
    expect(names()).toEqual(['ada', 'mallory', 'ada']);
    await finish('ada');
    expect(names()).toEqual(['mallory', 'ada', 'mallory']);
    await finish('mallory');
    expect(names()).toEqual(['ada', 'mallory', 'bob']);
  });

  it('gives what was read, and the turn on where that failed', async () => {
    const own = turns.run({ tenant: 'acme' }, () => Promise.reject(new Error('too late')));
    await expect(own).rejects.toThrow('too late');
    const answer = read('ada');
    await finish('ada');
    expect(await answer).toBe('ada');
  });

  it('refuses a caller of whom too much waits, and no other', async () => {
    for (let count = 0; count < 2 + 128; count += 1) void read('ada');
    await expect(read('ada')).rejects.toMatchObject({ code: 'rate_limit_exceeded', retryAfterS: 2 });
    void read('bob');
    expect(names()).toEqual(['ada', 'ada', 'bob']);
  });
});
