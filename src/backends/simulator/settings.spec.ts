import { describe, expect, it } from 'vitest';
import { readSettings } from './request.js';
import { parseSettings } from './settings.js';
import { toRequest } from './testing/to-request.js';

describe(parseSettings.name, () => {
  it('reads every setting', () => {
    const model =
      'sim/unicode?seed=-7&tokens=12&tps=2.5&jitter=0.2&tools=2&thinking=3&die=37&stall=5:1.5s&malformed=9&truncated=12';
    expect(parseSettings(model)).toEqual({
      name: 'unicode',
      seed: -7,
      tokens: 12,
      tps: 2.5,
      jitter: 0.2,
      tools: 2,
      thinking: 3,
      die: 37,
      stall: { after: 5, forMs: 1500 },
      malformed: 9,
      truncated: 12,
    });
  });

  it('needs none', () => {
    const settings = { name: 'words', tps: 0, jitter: 0, thinking: 0, tools: 0 };
    expect(parseSettings('sim/words')).toEqual(settings);
    expect(parseSettings('sim/words?')).toEqual(settings);
  });

  it.each([
    ['stall=5', undefined],
    ['stall=0:250ms', 250],
    ['stall=1:2m', 120_000],
  ])('reads %s', (query, forMs) => {
    expect(parseSettings(`sim/words?${query}`)).toMatchObject({ stall: { forMs } });
  });

  it.each([
    ['tokens=-1', 'tokens'],
    ['tokens=1.5', 'tokens'],
    ['tokens=99999999999', 'tokens'],
    ['tokens', 'tokens'],
    ['seed=abc', 'seed'],
    ['seed=1e3', 'seed'],
    ['tps=-1', 'tps'],
    ['tps=Infinity', 'tps'],
    ['jitter=1.1', 'jitter'],
    ['tools=1000', 'tools'],
    ['die=', 'die'],
    ['stall=5:3', 'stall'],
    ['stall=:3s', 'stall'],
    ['stall=5:2h', 'stall'],
    ['stall=5:99m', 'stall'],
    ['stall=5:1s:2s', 'stall'],
    ['seed=1&seed=2', 'seed'],
    ['name=words', 'name'],
    ['__proto__=1', '__proto__'],
    ['Seed=1', 'Seed'],
  ])('refuses %s by its name', (query, key) => {
    expect(parseSettings(`sim/words?${query}`)).toContain(`\`${key}\``);
  });

  it.each(['sim/', 'sim/?seed=1', 'sim/a b', 'sim/a/b'])('refuses the name %s', (model) => {
    expect(parseSettings(model)).toContain('sim/<name>');
  });
});

describe(readSettings.name, () => {
  const read = (model: string, requestedModel: string) =>
    readSettings({ ...toRequest(model), requestedModel });

  it('looks at the requested name for what routing left out', () => {
    expect(read('sim/words', 'sim/words?seed=4')).toMatchObject({ seed: 4 });
    expect(read('words', 'sim/code?seed=4')).toMatchObject({ name: 'code', seed: 4 });
  });

  it('prefers the routed name, which an alias may have given', () => {
    expect(read('sim/code?seed=1', 'sim/words?seed=2')).toMatchObject({ name: 'code', seed: 1 });
    expect(read('sim/code?seed=1', 'gpt-4')).toMatchObject({ name: 'code', seed: 1 });
  });

  it('stays with the keyword model when that is pinned', () => {
    expect(read('p8-sim', 'sim/words?seed=2')).toMatchObject({ name: 'p8-sim' });
    expect(read('phi3', 'phi3')).toMatchObject({ name: 'p8-sim' });
  });
});
