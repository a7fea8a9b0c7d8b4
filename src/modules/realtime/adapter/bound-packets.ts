import type { Socket } from 'socket.io';
import { MessageRate } from '../connections/message-rate.js';

/** What a client may say while it does not take what waits for it: each may bring another answer. */
const MOST_UNREAD = 1_000;

/** Lets a client of Socket.IO go that says too much at once, or on and on without reading: from its first packet. */
export function boundPackets(conn: Socket['conn'], mostPerSecond: number): void {
  const rate = new MessageRate(mostPerSecond);
  let unread = 0;
  conn.on('packet', ({ type }: { type: string }) => {
    if (type !== 'message') return;
    unread = waitingPackets(conn) > 0 ? unread + 1 : 0;
    if (!rate.take() || unread > MOST_UNREAD) conn.close(true);
  });
}

/** Those that the engine could not hand to its transport yet. */
const waitingPackets = (conn: Socket['conn']): number =>
  (conn as unknown as { readonly writeBuffer: readonly unknown[] }).writeBuffer.length;
