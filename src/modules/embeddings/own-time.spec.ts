import { describe, expect, it } from 'vitest';
import { OwnTime } from './own-time.js';

describe(OwnTime.name, () => {
  it('is all but the wait for the model', () => {
    let now = 100;
    const time = new OwnTime({ elapsedTime: 2 }, () => now);
    const said = () => time.headers['x-citadel-overhead-ms'];
    now = 103;
    expect(said()).toBe('5.0');
    time.asked();
    now = 200;
    expect(said()).toBe('5.0');
    time.answered();
    now = 201.25;
    expect(said()).toBe('6.3');
  });
});
