// A table: every way an upstream is known to fail, and what callers are promised for it.
import { gzipSync } from 'node:zlib';
import type { FakeModelServer } from './fake-model-server.js';
import { FakeUpstream } from './fake-upstream.js';
import {
  FAILED,
  INCOMPLETE,
  MALFORMED,
  PROTOCOL_ERROR,
  TIMEOUT,
  UNAVAILABLE,
  type FaultOutcomes,
  type UpstreamFault,
} from './fault-outcomes.js';
import {
  endWell,
  faultPiece,
  halfPayload,
  headThenSilence,
  payloadWithRawBytes,
  strikeAfter,
  thenEndWell,
  untilClientLeaves,
  writePiece,
  type Strike,
} from './fault-scripts.js';
import { STATUS_FAULTS } from './status-faults.js';

export type { FaultOutcomes, FrameOutcome, StatusOutcome, UpstreamFault } from './fault-outcomes.js';
export { faultText, type FaultTiming } from './fault-scripts.js';
export { UPSTREAM_CANARY } from './status-faults.js';

/** Twice the longest line a gateway takes. */
const GIANT_TEXT_BYTES = 2 * 1024 * 1024;

/** Faults of the connection and of time. */
const CONNECTION_FAULTS: readonly UpstreamFault[] = [
  { name: 'refused', install: (server) => server.refuse(), before: UNAVAILABLE },
  streamed('reset', (exchange) => exchange.reset(), { before: UNAVAILABLE, after: INCOMPLETE }),
  streamed('ended in mid-answer', (exchange) => exchange.endEarly(), {
    before: UNAVAILABLE,
    after: INCOMPLETE,
  }),
  scripted('hang', untilClientLeaves, { before: TIMEOUT, endsByTimeout: true }),
  scripted('headers then hang', headThenSilence, {
    before: TIMEOUT,
    endsByTimeout: true,
  }),
  streamed('stall', untilClientLeaves, { after: { frameCode: 'upstream_timeout' }, endsByTimeout: true }),
];

/** Faults of HTTP. */
const HTTP_FAULTS: readonly UpstreamFault[] = [
  {
    name: 'content-length lies',
    install: (server, timing) =>
      strikeAfter(server, (exchange) => exchange.endEarly(), { ...timing, framing: 1_000_000 }),
    after: INCOMPLETE,
  },
  streamed(
    'bad chunk size',
    async (exchange) => {
      await exchange.raw('zz\r\n');
      await untilClientLeaves(exchange);
    },
    MALFORMED,
  ),
  scripted(
    'not HTTP',
    async (exchange) => {
      await exchange.raw('SSH-2.0-OpenSSH_9.2\r\n');
      await untilClientLeaves(exchange);
    },
    { before: PROTOCOL_ERROR },
  ),
  scripted(
    'gzip body',
    async (exchange, server) => {
      const payloads = [
        server.piecePayload(exchange.request, faultPiece(0)),
        ...server.endPayloads(exchange.request),
      ];
      const body = gzipSync(Buffer.concat(payloads.map((payload) => server.toWire(payload))));
      await exchange.respond(200, { ...server.streamHeaders, 'Content-Encoding': 'gzip' }, body);
    },
    { before: PROTOCOL_ERROR },
  ),
  scripted(
    'headers of 100 KB',
    async (exchange, server) => {
      exchange.head(200, { ...server.streamHeaders, 'X-Filler': 'f'.repeat(100_000) });
      await writePiece(exchange, server, faultPiece(0));
      await endWell(exchange, server);
    },
    { before: PROTOCOL_ERROR },
  ),
  redirect(302),
  redirect(307),
];

/** Faults of what is said. */
const PROTOCOL_FAULTS: readonly UpstreamFault[] = [
  streamed('malformed line', thenEndWell(halfPayload), MALFORMED),
  streamed(
    'giant line',
    thenEndWell((exchange, server) => server.piecePayload(exchange.request, 'a'.repeat(GIANT_TEXT_BYTES))),
    MALFORMED,
  ),
  streamed('invalid UTF-8', thenEndWell(payloadWithRawBytes(Buffer.from([0xc3, 0x28, 0xff]))), MALFORMED),
  streamed('raw control character', thenEndWell(payloadWithRawBytes(Buffer.from([0x07]))), MALFORMED),
  streamed('truncated without its end', (exchange) => exchange.end(), {
    before: PROTOCOL_ERROR,
    after: INCOMPLETE,
  }),
  streamed(
    'error line',
    async (exchange, server) => {
      await exchange.write(server.toWire(server.errorPayload('the model runner has stopped', 500)));
      await exchange.end();
    },
    { before: FAILED, after: { frameCode: 'upstream_error' } },
  ),
  streamed(
    'split inside of a character',
    async (exchange, server) => {
      const wire = server.toWire(server.piecePayload(exchange.request, '🏰é'));
      const inside = wire.indexOf('🏰') + 2;
      await exchange.write(wire.subarray(0, inside));
      await exchange.flush();
      await exchange.write(wire.subarray(inside));
      await endWell(exchange, server);
    },
    { passesWith: '🏰é' },
  ),
];

/** Every fault, one entry each. */
export const UPSTREAM_FAULTS: readonly UpstreamFault[] = [
  ...CONNECTION_FAULTS,
  ...HTTP_FAULTS,
  ...PROTOCOL_FAULTS,
  ...STATUS_FAULTS,
];

/** The fault of this name. */
export function getFault(name: string): UpstreamFault {
  const fault = UPSTREAM_FAULTS.find((candidate) => candidate.name === name);
  if (!fault) throw new Error(`no fault is called ${name}`);
  return fault;
}

/** A fault of the stream: good pieces may come before it. */
function streamed(name: string, strike: Strike, outcomes: FaultOutcomes): UpstreamFault {
  return { name, install: (server, timing) => strikeAfter(server, strike, timing), ...outcomes };
}

/** A fault of the whole answer, whose timing is its own. */
function scripted(name: string, strike: Strike, outcomes: FaultOutcomes): UpstreamFault {
  return { name, install: (server) => server.script((exchange) => strike(exchange, server)), ...outcomes };
}

/** Points to `server.companion`, whose `requests` must stay empty. */
function redirect(status: 302 | 307): UpstreamFault {
  const install = async (server: FakeModelServer): Promise<void> => {
    await server.companion?.close();
    const target = await new FakeUpstream().listen();
    server.companion = target;
    server.script((exchange) =>
      exchange.respond(status, { Location: target.origin + exchange.request.path }, ''),
    );
  };
  return { name: `redirect ${status}`, install, before: PROTOCOL_ERROR };
}
