import { describe, expect, it } from 'vitest';
import { BodyRoom } from './body-room.js';

describe(BodyRoom.name, () => {
  it('has so much for all, and a quarter of it for one caller', () => {
    const room = new BodyRoom(100);
    expect(room.take('ada', 20)).toBeUndefined();
    expect(room.take('ada', 5)).toBeUndefined();
    expect(room.take('ada', 1)).toMatchObject({ code: 'rate_limit_exceeded', retryAfterS: 1 });
    expect(room.take('bob', 25)).toBeUndefined();
    expect(room.take(undefined, 50)).toBeUndefined();
    expect(room.take('eve', 1)).toMatchObject({ code: 'server_busy', retryAfterS: 1 });
  });

  it('has again what was given back', () => {
    const room = new BodyRoom(100);
    room.take('ada', 25);
    room.take(undefined, 75);
    room.giveBack('ada', 25);
    room.giveBack(undefined, 20);
    expect(room.take('ada', 25)).toBeUndefined();
    expect(room.take('bob', 20)).toBeUndefined();
    expect(room.take('bob', 1)).toMatchObject({ code: 'server_busy' });
  });
});
