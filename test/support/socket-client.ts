import { once } from 'node:events';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { Arrivals } from './arrivals.js';
import { withDeadline } from './eventually.js';

export interface SaidEvent {
  readonly name: string;
  readonly payload: Record<string, unknown>;
}

/** A Socket.IO client that keeps all it was told. */
export class SocketClient {
  readonly events = new Arrivals<SaidEvent>();
  private read = 0;

  private constructor(readonly socket: Socket) {
    socket.onAny((name: string, payload: Record<string, unknown>) => this.events.push({ name, payload }));
  }

  /** Resolves when it is connected; rejects with the `connect_error`. */
  static async open(
    url: string,
    options: Partial<ManagerOptions & SocketOptions> = {},
  ): Promise<SocketClient> {
    const socket = io(url, { forceNew: true, reconnection: false, autoConnect: false, ...options });
    const client = new SocketClient(socket);
    const refused = new Promise<never>((_, reject) => socket.once('connect_error', reject));
    socket.connect();
    await withDeadline(Promise.race([once(socket as never, 'connect'), refused]), { what: 'a connection' });
    return client;
  }

  ask(event: string, payload?: object): Promise<Record<string, unknown>> {
    return this.socket.timeout(5_000).emitWithAck(event, payload) as Promise<Record<string, unknown>>;
  }

  next(): Promise<SaidEvent> {
    return withDeadline(this.events.at(this.read++), { what: 'an event' });
  }

  /** The next event of this name; those before it are passed over. */
  async nextOf(name: string): Promise<Record<string, unknown>> {
    for (;;) {
      const event = await this.next();
      if (event.name === name) return event.payload;
    }
  }

  /** All events of a generation that are still to be read, up to its `close`. */
  async untilClosed(generation: unknown): Promise<SaidEvent[]> {
    const said: SaidEvent[] = [];
    for (;;) {
      const event = await this.next();
      if (event.payload.generation_id !== generation) continue;
      said.push(event);
      if (event.name === 'close') return said;
    }
  }

  close(): void {
    this.socket.disconnect();
  }

  /** Ends the transport as a lost network would. */
  kill(): void {
    this.socket.io.engine.close();
  }
}
