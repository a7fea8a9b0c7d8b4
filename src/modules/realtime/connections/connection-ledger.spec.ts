import { describe, expect, it } from 'vitest';
import { ConnectionLedger } from './connection-ledger.js';

describe(ConnectionLedger.name, () => {
  it('has lost nothing and nobody as long as there was nothing', () => {
    const ledger = new ConnectionLedger();
    expect([ledger.stability, ledger.deliveries.websocket.percent]).toEqual([100, 100]);
  });

  it('counts what is open, at once and ever', () => {
    const ledger = new ConnectionLedger();
    ledger.opened('websocket');
    ledger.opened('sse');
    ledger.closed('websocket', true);
    ledger.opened('socket.io');
    expect(ledger).toMatchObject({ active: { websocket: 0, 'socket.io': 1, sse: 1 }, total: 3, peak: 2 });
  });

  it('tells the share of what was delivered, and of those who were not lost', () => {
    const ledger = new ConnectionLedger();
    ledger.sent('websocket', 'x', 4);
    ledger.delivered('websocket', 3, 1);
    for (const isClean of [true, true, true, false]) {
      ledger.opened('websocket');
      ledger.closed('websocket', isClean);
    }
    expect([ledger.deliveries.websocket.percent, ledger.stability]).toEqual([75, 75]);
    expect(ledger.errors).toEqual(new Map([['connection_lost', 1]]));
  });
});
