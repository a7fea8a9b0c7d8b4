import type { Exchange } from './exchange.js';
import { FakeUpstream } from './fake-upstream.js';
import { Gate } from './gate.js';
import type { RecordedRequest } from './recorded-request.js';

/** A fake that generates: what `FakeOllama` and `FakeOpenAi` share, and the words faults are spoken in. */
export abstract class FakeModelServer extends FakeUpstream {
  private readonly holds: { readonly afterPieces: number; readonly gate: Gate<Exchange> }[] = [];

  /** The next scripted answer stops after this many pieces, with 0 before its head, until the gate is opened. */
  hold(afterPieces = 0): Gate<Exchange> {
    const gate = new Gate<Exchange>();
    this.holds.push({ afterPieces, gate });
    return gate;
  }

  /** The headers of a stream. */
  abstract readonly streamHeaders: Readonly<Record<string, string>>;

  /** The JSON of one streamed piece of text. */
  abstract piecePayload(request: RecordedRequest, text: string): string;

  /** The JSON of everything that says that a stream has ended well. */
  abstract endPayloads(request: RecordedRequest): readonly string[];

  /** The JSON with which this server reports a failure, in a stream or as a whole body. */
  abstract errorPayload(message: string, status: number): string;

  /** A payload as a line or event of the stream. */
  abstract toWire(payload: string | Buffer): Buffer;

  /** Writes groups of lines, one group a piece, stops where a test wanted it to, and ends the stream. */
  protected async stream(
    exchange: Exchange,
    pieces: readonly (readonly Buffer[])[],
    ending: readonly Buffer[],
  ): Promise<void> {
    const held = this.holds.shift();
    exchange.head(200, this.streamHeaders);
    for (const [index, lines] of pieces.entries()) {
      if (held?.afterPieces === index) await exchange.hold(held.gate);
      for (const line of lines) await exchange.write(line);
    }
    if (held && held.afterPieces >= pieces.length) await exchange.hold(held.gate);
    for (const line of ending) await exchange.write(line);
    await exchange.end();
  }

  /** One JSON answer, held before its head if a test wanted it held. */
  protected async whole(
    exchange: Exchange,
    status: number,
    contentType: string,
    body: string,
  ): Promise<void> {
    const held = this.holds.shift();
    if (held) await exchange.hold(held.gate);
    await exchange.respond(status, { 'Content-Type': contentType }, body);
  }
}
