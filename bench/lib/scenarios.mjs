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
 * @property {number} windowMs
 * @property {number} [drainMs]
 * @property {Record<string, string>} [headers]
 *
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} what
 * @property {Load} load
 * @property {boolean} [fresh] measured in a process of its own, because memory is read
 * @property {string[]} [only] the gateways it makes sense for
 */

/**
 * A load at a pace: every stream outlives the window, and is checked to its last token afterwards.
 *
 * @param {number} streams
 * @param {number} perSecond
 * @param {{ rampMs?: number, settleMs?: number, windowMs?: number, headers?: Record<string, string> }} [extra]
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
    load: { streams: 32, tokens: 256, perWrite: 8, batch: true, settleMs: 700, windowMs: 1800 },
  },
  {
    name: 'stream',
    what: '32 streams of 256 tokens, one token per upstream write',
    load: { streams: 32, tokens: 256, perWrite: 1, batch: true, settleMs: 500, windowMs: 1500 },
  },
  {
    name: 'ttft',
    what: 'one stream at a time, 16 tokens at once',
    load: { streams: 1, tokens: 16, perWrite: 16, settleMs: 400, windowMs: 1500 },
  },
  {
    name: 'whole',
    what: 'replies of 64 tokens that are not streamed, 32 at a time',
    load: { streams: 32, tokens: 64, perWrite: 64, whole: true, settleMs: 500, windowMs: 1500 },
  },
  {
    name: 'whole-alone',
    what: 'the same, one at a time',
    load: { streams: 1, tokens: 64, perWrite: 64, whole: true, settleMs: 300, windowMs: 1000 },
  },
  {
    name: 'delay',
    what: '100 streams at 50 tokens/s each, begun at different moments',
    load: paced(100, 50, { rampMs: 1000, settleMs: 700, windowMs: 3000 }),
  },
  {
    name: 'paced',
    what: '1,000 open streams at 20 tokens/s each, fresh process',
    fresh: true,
    load: paced(1000, 20),
  },
  {
    name: 'paced-smooth',
    what: 'the same with the merging profile, X-Stream-Profile: smooth',
    fresh: true,
    only: ['citadel'],
    load: paced(1000, 20, { headers: { 'X-Stream-Profile': 'smooth' } }),
  },
  {
    name: 'paced2500',
    what: '2,500 open streams at 20 tokens/s each, fresh process',
    fresh: true,
    load: paced(2500, 20, { rampMs: 2000 }),
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

/** Asked of each gateway before anything counts, again and again until its rate no longer grows: no round is to measure a compiler. */
export const WARM_UP = [
  { streams: 32, tokens: 256, perWrite: 8, settleMs: 0, windowMs: 1000 },
  { streams: 32, tokens: 64, perWrite: 64, whole: true, settleMs: 0, windowMs: 1000 },
];
