/**
 * One situation in which every gateway is asked the same.
 *
 * @typedef {object} Load
 * @property {number} streams
 * @property {number} tokens
 * @property {number} perWrite tokens the backend sends in one write
 * @property {number} [intervalUs] pause between two writes of one stream; none when absent
 * @property {boolean} [whole] a reply that is not streamed
 * @property {boolean} [once] each stream asks once and stays open through the window
 * @property {boolean} [batch] the client yields to the backend, with which it shares a CPU
 * @property {number} [rampMs]
 * @property {number} settleMs
 * @property {number} windowMs the longest, where `requests` are counted
 * @property {number} [requests] after so many the run ends
 * @property {number} [drainMs]
 * @property {Record<string, string>} [headers]
 * @property {Vectors} [vectors] what is asked for in place of a chat
 * @property {'socket.io' | 'ws' | 'channel'} [transport] sockets in place of HTTP; `channel` only listens
 * @property {number} [slow] further clients, over HTTP, that ask for the same and read a byte each second
 *
 * @typedef {object} Vectors
 * @property {number} inputs texts in each request
 * @property {number} texts so many are asked for again and again, cached before; 0 never repeats one
 * @property {'base64' | 'float'} [encoding] base64 when absent, as SDKs ask for
 *
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} what
 * @property {Load} load
 * @property {boolean} [fresh] measured in a process of its own, because memory is read
 * @property {string[]} gateways who is asked, in the order of the tables
 * @property {string} [unit] what is counted where it is no token
 * @property {boolean} [writes] nobody is asked: ways to write the audit are compared
 */

const CHAT = ['direct', 'nginx', 'node', 'portkey', 'citadel'];
const CACHE = ['hello', 'hello-get', 'citadel-redis'];

/** More than the gateway keeps in its own memory (64 MiB, 18 KB for each vector), asked for in turn: Redis has to answer. */
const BEYOND_MEMORY = 4096;
const HANDFUL = 8;

/**
 * Vectors for texts that are asked for at full speed.
 *
 * @param {number} streams
 * @param {Vectors} vectors
 * @returns {Load}
 */
const embedding = (streams, vectors) => ({
  streams,
  tokens: 1,
  perWrite: 1,
  settleMs: 400,
  windowMs: 1500,
  vectors,
});

/**
 * A load at a pace: every stream outlives the window, and is checked to its last token afterwards.
 *
 * @param {number} streams
 * @param {number} perSecond
 * @param {{ rampMs?: number, settleMs?: number, windowMs?: number, headers?: Record<string, string>, transport?: 'socket.io' | 'ws', slow?: number }} [extra]
 * @returns {Load}
 */
function paced(streams, perSecond, extra) {
  const load = { rampMs: 1500, settleMs: 3000, windowMs: 4000, ...extra };
  const lastsMs = load.rampMs + load.settleMs + load.windowMs + 500;
  const tokens = Math.ceil((lastsMs * perSecond) / 1000);
  return {
    streams,
    tokens,
    perWrite: 1,
    intervalUs: 1e6 / perSecond,
    once: true,
    drainMs: load.rampMs + 1500,
    ...load,
  };
}

/** @type {Scenario[]} */
export const SCENARIOS = [
  {
    name: 'burst',
    what: '32 streams of 256 tokens, 8 tokens per upstream write',
    gateways: [...CHAT, 'citadel-unaudited'],
    load: { streams: 32, tokens: 256, perWrite: 8, batch: true, settleMs: 700, windowMs: 1800 },
  },
  {
    name: 'stream',
    what: '32 streams of 256 tokens, one token per upstream write',
    gateways: CHAT,
    load: { streams: 32, tokens: 256, perWrite: 1, batch: true, settleMs: 500, windowMs: 1500 },
  },
  {
    name: 'ttft',
    what: 'one stream at a time, 16 tokens at once',
    gateways: [...CHAT, 'citadel-identified'],
    load: { streams: 1, tokens: 16, perWrite: 16, settleMs: 400, windowMs: 1500 },
  },
  {
    name: 'whole',
    what: 'replies of 64 tokens that are not streamed, 32 at a time',
    gateways: [...CHAT, 'citadel-unaudited'],
    load: { streams: 32, tokens: 64, perWrite: 64, whole: true, settleMs: 500, windowMs: 1500 },
  },
  {
    name: 'whole-alone',
    what: 'the same, one at a time',
    gateways: CHAT,
    load: { streams: 1, tokens: 64, perWrite: 64, whole: true, settleMs: 300, windowMs: 1000 },
  },
  {
    name: 'delay',
    what: '100 streams at 50 tokens/s each, begun at different moments',
    gateways: CHAT,
    load: paced(100, 50, { rampMs: 1000, settleMs: 700, windowMs: 3000 }),
  },
  {
    name: 'paced',
    what: '1,000 open streams at 20 tokens/s each, fresh process',
    fresh: true,
    gateways: CHAT,
    load: paced(1000, 20),
  },
  {
    name: 'paced-smooth',
    what: 'the same with the merging profile, X-Stream-Profile: smooth',
    fresh: true,
    gateways: ['citadel'],
    load: paced(1000, 20, { headers: { 'X-Stream-Profile': 'smooth' } }),
  },
  {
    name: 'paced-redis',
    what: 'the same with a Redis to which every log is copied',
    fresh: true,
    gateways: ['citadel-redis'],
    load: paced(1000, 20),
  },
  {
    name: 'paced-ws',
    what: 'the same over plain WebSockets, one each',
    fresh: true,
    gateways: ['citadel'],
    load: paced(1000, 20, { transport: 'ws' }),
  },
  {
    name: 'paced-socket-io',
    what: 'the same over Socket.IO, one connection each',
    fresh: true,
    gateways: ['citadel'],
    load: paced(1000, 20, { transport: 'socket.io' }),
  },
  {
    name: 'fast50',
    what: '50 plain WebSockets at 20 tokens/s each, fresh process',
    fresh: true,
    gateways: ['citadel'],
    load: paced(50, 20, { transport: 'ws', settleMs: 5000 }),
  },
  {
    name: 'fast50-slow500',
    what: 'the same beside 500 such streams of which a byte is read each second',
    fresh: true,
    gateways: ['citadel'],
    load: paced(50, 20, { transport: 'ws', settleMs: 5000, slow: 500 }),
  },
  {
    name: 'channel',
    what: 'metrics to 1,000 subscribers by WebSocket and 500 by server-sent events',
    unit: 'message',
    fresh: true,
    gateways: ['citadel'],
    load: { streams: 1000, tokens: 1, perWrite: 1, transport: 'channel', settleMs: 2000, windowMs: 6000 },
  },
  {
    name: 'paced2500',
    what: '2,500 open streams at 20 tokens/s each, fresh process',
    fresh: true,
    gateways: CHAT,
    load: paced(2500, 20, { rampMs: 2000 }),
  },
  {
    name: 'embed-cold',
    what: 'a vector for a text that was never seen before, one at a time',
    unit: 'vector',
    gateways: ['direct', 'nginx', ...CACHE],
    load: embedding(1, { inputs: 1, texts: 0 }),
  },
  {
    name: 'embed-hit',
    what: 'a vector that Redis has, one at a time',
    unit: 'vector',
    gateways: CACHE,
    load: embedding(1, { inputs: 1, texts: BEYOND_MEMORY }),
  },
  {
    name: 'embed-hit-memory',
    what: 'a vector that the process itself has, one at a time',
    unit: 'vector',
    gateways: CACHE,
    load: embedding(1, { inputs: 1, texts: HANDFUL }),
  },
  {
    name: 'embed-hit32',
    what: '32 vectors in one request that Redis has, one request at a time',
    unit: 'vector',
    gateways: CACHE,
    load: embedding(1, { inputs: 32, texts: BEYOND_MEMORY }),
  },
  {
    name: 'embed-cold-busy',
    what: 'texts never seen before, 32 requests at a time',
    unit: 'vector',
    gateways: ['direct', 'nginx', ...CACHE],
    load: embedding(32, { inputs: 1, texts: 0 }),
  },
  {
    name: 'embed-hit-busy',
    what: 'vectors that Redis has, 32 requests at a time',
    unit: 'vector',
    gateways: CACHE,
    load: embedding(32, { inputs: 1, texts: BEYOND_MEMORY }),
  },
  {
    name: 'embed-hit-memory-busy',
    what: 'vectors that the process itself has, 32 requests at a time',
    unit: 'vector',
    gateways: CACHE,
    load: embedding(32, { inputs: 1, texts: HANDFUL }),
  },
  {
    name: 'audit-writes',
    what: 'generations put on record in PostgreSQL, at most 10 connections',
    unit: 'generation',
    gateways: [],
    writes: true,
    load: { streams: 10, tokens: 64, perWrite: 64, settleMs: 400, windowMs: 1500 },
  },
];

/**
 * The same situation, short: enough to see that everything answers.
 *
 * @param {Scenario} scenario
 * @returns {Scenario}
 */
export function shorten(scenario) {
  const { load } = scenario;
  const { streams, intervalUs, rampMs, headers } = load;
  if (!intervalUs)
    return { ...scenario, load: { ...load, settleMs: Math.min(load.settleMs, 300), windowMs: 700 } };
  return {
    ...scenario,
    load: paced(streams, 1e6 / intervalUs, { rampMs, settleMs: 500, windowMs: 2000, headers }),
  };
}

/**
 * The same situation with vectors in the given encoding.
 *
 * @param {Scenario} scenario
 * @param {'base64' | 'float'} encoding
 * @returns {Scenario}
 */
export function encode(scenario, encoding) {
  const { load } = scenario;
  return load.vectors ? { ...scenario, load: { ...load, vectors: { ...load.vectors, encoding } } } : scenario;
}

/** Asked of each gateway before anything counts, again and again until its rate no longer grows: no round is to measure a compiler. @type {Load[]} */
export const WARM_UP = [
  { streams: 32, tokens: 256, perWrite: 8, settleMs: 0, windowMs: 1000 },
  { streams: 32, tokens: 64, perWrite: 64, whole: true, settleMs: 0, windowMs: 1000 },
];

/** The same for those that only give vectors. @type {Load[]} */
export const WARM_UP_VECTORS = [
  { ...embedding(32, { inputs: 1, texts: 0 }), settleMs: 0, windowMs: 1000 },
  { ...embedding(4, { inputs: 32, texts: BEYOND_MEMORY }), settleMs: 0, windowMs: 1000 },
  { ...embedding(1, { inputs: 1, texts: HANDFUL }), settleMs: 0, windowMs: 1000 },
];

/**
 * Asks once for every text that a load repeats, in the same order. Those that only Redis is to have are then driven out of
 * the gateway's memory by as many others.
 *
 * @param {Vectors} vectors
 * @returns {Load[]}
 */
export function fillings({ texts, encoding }) {
  if (texts === 0) return [];
  const inputs = Math.min(texts, 64);
  const once = { requests: Math.ceil(texts / inputs), settleMs: 0, windowMs: 20_000 };
  const filling = { ...embedding(1, { inputs, texts, encoding }), ...once };
  if (texts < BEYOND_MEMORY) return [filling];
  return [filling, { ...embedding(1, { inputs, texts: 0, encoding }), ...once }];
}
