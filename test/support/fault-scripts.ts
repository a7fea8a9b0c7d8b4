import type { Exchange, Framing } from './exchange.js';
import type { FakeModelServer } from './fake-model-server.js';
import type { Gate } from './gate.js';

/** How a fault strikes once its moment has come. */
export type Strike = (exchange: Exchange, server: FakeModelServer) => Promise<void> | void;

export interface FaultTiming {
  /** How many good pieces come before it. With none, not even the head has been sent. */
  readonly afterPieces?: number;
  /** Holds the fault back until the test has seen those pieces. Without it a fault may overtake pieces not read yet. */
  readonly gate?: Gate<Exchange>;
}

/** The text of one good piece before a fault; not ASCII only, so that its bytes matter. */
export function faultPiece(index: number): string {
  return `wörd${index} `;
}

/** The text of all good pieces before a fault, which is what a reader may have seen. */
export function faultText(pieces: number): string {
  return Array.from({ length: pieces }, (_none, index) => faultPiece(index)).join('');
}

/** Makes the next answer stream good pieces and then strike. */
export function strikeAfter(
  server: FakeModelServer,
  strike: Strike,
  { afterPieces = 0, gate, framing = 'chunked' }: FaultTiming & { readonly framing?: Framing } = {},
): void {
  server.script(async (exchange) => {
    exchange.head(200, server.streamHeaders, framing);
    for (let index = 0; index < afterPieces; index += 1)
      await writePiece(exchange, server, faultPiece(index));
    if (gate) await exchange.hold(gate);
    await exchange.flush();
    await strike(exchange, server);
  });
}

/** Writes one good piece. */
export function writePiece(exchange: Exchange, server: FakeModelServer, text: string): Promise<void> {
  return exchange.write(server.toWire(server.piecePayload(exchange.request, text)));
}

/** Says the protocol's good end and ends the body. */
export async function endWell(exchange: Exchange, server: FakeModelServer): Promise<void> {
  for (const payload of server.endPayloads(exchange.request)) await exchange.write(server.toWire(payload));
  await exchange.end();
}

/** Writes one payload as a line, whatever it is, and then ends as if it had been good. */
export function thenEndWell(
  payloadOf: (exchange: Exchange, server: FakeModelServer) => string | Buffer,
): Strike {
  return async (exchange, server) => {
    await exchange.write(server.toWire(payloadOf(exchange, server)));
    await endWell(exchange, server);
  };
}

/** Sends the head of a stream and nothing after it. */
export async function headThenSilence(exchange: Exchange, server: FakeModelServer): Promise<void> {
  exchange.head(200, server.streamHeaders);
  await exchange.flushHead();
  await untilClientLeaves(exchange);
}

/** Says nothing more. */
export async function untilClientLeaves(exchange: Exchange): Promise<void> {
  await exchange.closed;
}

/** The first half of a good payload. */
export function halfPayload(exchange: Exchange, server: FakeModelServer): string {
  const payload = server.piecePayload(exchange.request, faultPiece(0));
  return payload.slice(0, payload.length >> 1);
}

/** Good payloads whose text contains these bytes as they are, as no JSON encoder would write them. */
export function payloadWithRawBytes(bytes: Buffer): (exchange: Exchange, server: FakeModelServer) => Buffer {
  return (exchange, server) => {
    const [before = '', after = ''] = server.piecePayload(exchange.request, 'raw@@bytes').split('@@');
    return Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]);
  };
}
