import { beforeEach, describe, expect, it } from 'vitest';
import { StepRoom } from './step-room.js';

describe(StepRoom.name, () => {
  let room: StepRoom;
  beforeEach(() => {
    room = new StepRoom();
  });
  const enter = (calls: number) => {
    for (let call = 0; call < calls; call++) room.enter();
  };

  it('has who finds no room try again when another one has ended, as often as it takes', async () => {
    enter(3);
    for (let ended = 0; ended < 2; ended++) {
      const waiting = room.again();
      room.leave(true);
      expect(await waiting).toBe(true);
    }
  });

  it('gives up where nothing runs beside it', async () => {
    enter(1);
    expect(await room.again()).toBe(false);
  });

  it('gives up all that wait when the last of them finds that nothing runs', async () => {
    enter(3);
    const waiting = [room.again(), room.again()];
    expect(await room.again()).toBe(false);
    room.leave(false);
    expect(await Promise.all(waiting)).toEqual([false, false]);
  });

  it('waits on while another one runs, though one has failed to begin', async () => {
    enter(3);
    const waiting = room.again();
    room.leave(false);
    room.leave(true);
    expect(await waiting).toBe(true);
  });

  it('has nobody wait any more when it is closed', async () => {
    enter(3);
    const waiting = room.again();
    room.close();
    expect(await waiting).toBe(false);
    expect(await room.again()).toBe(false);
  });
});
