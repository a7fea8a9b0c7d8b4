import { EventEmitter } from 'node:events';
import type { Socket } from 'socket.io';
import { describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../../contracts/principal.js';
import { ConnectionLedger } from '../connections/connection-ledger.js';
import type { ConnectionManager } from '../connections/connection-manager.js';
import { SocketIoConnection } from './socket-io-connection.js';

/** A client whose engine has written nothing until it is told to. */
function createConnection() {
  const packets: string[] = [];
  const written: (() => void)[] = [];
  let closes = 0;
  const conn = Object.assign(new EventEmitter(), {
    write: (packet: string, _options: object, taken?: () => void) => {
      packets.push(packet);
      if (taken !== undefined) written.push(taken);
    },
    close: () => closes++,
  });
  const socket = Object.assign(new EventEmitter(), { conn });
  const ledger = new ConnectionLedger();
  const manager = { remove: () => undefined } as unknown as ConnectionManager;
  const connection = new SocketIoConnection(socket as unknown as Socket, ANONYMOUS, manager, ledger);
  return { connection, socket, conn, packets, written, closes: () => closes, ledger };
}

describe(SocketIoConnection.name, () => {
  it('has delivered what its engine has written, and nothing before', () => {
    const { connection, conn, packets, written, ledger } = createConnection();
    connection.say('connected', { connection_id: 'x', heartbeat_ms: 1, limits: {} });
    connection.send('2["chunk",1]\n2["chunk",2]\n');
    // The engine says so when it hands over to its transport, whatever that does.
    conn.emit('drain');
    const figures = ledger.deliveries['socket.io'];
    expect(figures).toMatchObject({ attempted: 3, delivered: 0 });
    for (const taken of written.splice(0)) taken();
    expect(figures).toMatchObject({ attempted: 3, delivered: 3 });
    expect(packets).toEqual([
      '2["connected",{"connection_id":"x","heartbeat_ms":1,"limits":{}}]',
      '2["chunk",1]',
      '2["chunk",2]',
    ]);
  });

  it('closes what it came in by when its client leaves the namespace', () => {
    const { connection, socket, closes } = createConnection();
    socket.emit('disconnect', 'client namespace disconnect');
    expect([connection.closed, closes()]).toEqual([true, 1]);
  });
});
