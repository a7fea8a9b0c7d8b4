import { describe, expect, it } from 'vitest';
import { TextRoom } from './text-room.js';

describe(TextRoom.name, () => {
  const tooLarge = expect.objectContaining({ code: 'request_too_large' }) as Error;

  it('is taken piece by piece, up to its end', () => {
    const room = new TextRoom(10);
    room.take(6);
    room.take(4);
    expect(() => room.take(1)).toThrow(tooLarge);
  });

  it('is not less for what was only asked for, or did not fit', () => {
    const room = new TextRoom(10);
    room.require(10);
    expect(() => room.take(11)).toThrow(tooLarge);
    room.take(10);
  });
});
