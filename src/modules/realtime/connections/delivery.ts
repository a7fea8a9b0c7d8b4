export type Transport = 'websocket' | 'socket.io' | 'sse';

/** What became of the messages of one kind of connection. */
export class Delivery {
  attempted = 0;
  delivered = 0;

  /** Of what was attempted; a service without traffic delivers all. */
  get percent(): number {
    return this.attempted === 0 ? 100 : (100 * this.delivered) / this.attempted;
  }
}
