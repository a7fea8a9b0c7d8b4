import { number, percent } from './table.mjs';

/**
 * @typedef {import('./results.mjs').Results} Results
 * @typedef {import('./measure.mjs').Sample} Sample
 *
 * @typedef {object} Measured
 * @property {number} value NaN when something it needs was not measured
 * @property {string} [note]
 */

const OURS = 'citadel';

/** The load client is taken for the limit when, with no gateway, it is less than this much faster than the fastest one compared. */
const CLIENT_HEADROOM = 1.3;

const tokensPerSecond = (/** @type {Sample} */ sample) => sample.tokensPerSecond;
const repliesPerSecond = (/** @type {Sample} */ sample) => sample.repliesPerSecond;
const cpuPerToken = (/** @type {Sample} */ sample) => sample.cpuUsPerToken;
const cpuPerReply = (/** @type {Sample} */ sample) => sample.cpuUsPerReply;
const firstToken = (/** @type {Sample} */ sample) => sample.client.firstTokenP50Us;
const tokenDelay = (/** @type {Sample} */ sample) => sample.client.delayP50Us;

/**
 * @param {Results} results
 * @param {string} peer
 */
export const tokenRateOf = (results, peer) =>
  rateOf(results, { scenario: 'burst', peer, rate: tokensPerSecond, cpu: cpuPerToken });

/**
 * @param {Results} results
 * @param {string} peer
 */
export const replyRateOf = (results, peer) =>
  rateOf(results, { scenario: 'whole', peer, rate: repliesPerSecond, cpu: cpuPerReply });

/**
 * How many times the peer's rate is ours. Where the load client is too near its own limit to tell, what one core
 * could do is compared instead: CPU per token or per reply.
 *
 * @param {Results} results
 * @param {{ scenario: string, peer: string, rate: (sample: Sample) => number, cpu: (sample: Sample) => number }} compared
 * @returns {Measured}
 */
function rateOf(results, { scenario, peer, rate, cpu }) {
  const ours = results.median(scenario, OURS, rate);
  const theirs = results.median(scenario, peer, rate);
  const limit = results.median(scenario, 'direct', rate);
  const byClock = ours / theirs;
  const byCpu = results.median(scenario, peer, cpu) / results.median(scenario, OURS, cpu);
  if (limit < CLIENT_HEADROOM * Math.max(ours, theirs)) {
    const note = `judged by CPU, the client is near its limit; by the clock ${number(byClock, 2)}`;
    return { value: byCpu, note };
  }
  return { value: byClock, note: Number.isNaN(byClock) ? '' : `by CPU ${number(byCpu, 2)}` };
}

/**
 * What a gateway adds to the direct way, in µs.
 *
 * @param {Results} results
 * @param {string} scenario
 * @param {string} gateway
 * @param {(sample: Sample) => number} read
 */
export const added = (results, scenario, gateway, read) =>
  results.median(scenario, gateway, read) - results.median(scenario, 'direct', read);

/**
 * CPU per token beside nginx, which passes token by token.
 *
 * @param {Results} results
 * @param {string} scenario
 * @returns {Measured}
 */
export function pacedCpuOf(results, scenario) {
  const value = results.median(scenario, OURS, cpuPerToken) / results.median('paced', 'nginx', cpuPerToken);
  return { value, note: shortfallNote(results, scenario) };
}

/**
 * @param {Results} results
 * @returns {Measured}
 */
export function addedFirstTokenOf(results) {
  const addedUs = (/** @type {string} */ gateway) => added(results, 'ttft', gateway, firstToken);
  return { value: addedUs(OURS) / addedUs('nginx') };
}

/**
 * @param {Results} results
 * @returns {Measured}
 */
export function addedDelayOf(results) {
  const addedMs = (/** @type {string} */ gateway) => added(results, 'delay', gateway, tokenDelay) / 1000;
  return {
    value: addedMs(OURS),
    note: peersNote(addedMs, ['nginx', 'portkey'], (value) => `${number(value, 3)} ms`),
  };
}

/**
 * @param {Results} results
 * @returns {Measured}
 */
export function memoryOf(results) {
  const kb = (/** @type {string} */ gateway) =>
    results.median('paced', gateway, ({ kbPerStream }) => kbPerStream);
  const peers = peersNote(kb, ['nginx', 'portkey'], (value) => `${number(value)} KB`);
  const note = [peers, shortfallNote(results, 'paced')].filter(Boolean).join('; ');
  // Streams that hardly get a token need hardly any memory: that is no measurement.
  return { value: results.median('paced', OURS, ({ carried }) => carried) < 0.9 ? NaN : kb(OURS), note };
}

/**
 * The share of the tokens due that arrived. Where client and backend alone do not carry everything, theirs is the measure.
 *
 * @param {Results} results
 * @returns {Measured}
 */
export function carriedOf(results) {
  const carried = (/** @type {string} */ gateway) =>
    results.median('paced2500', gateway, (sample) => sample.carried);
  const limit = carried('direct');
  const note = peersNote(carried, ['direct', 'nginx', 'portkey'], percent);
  if (limit < 0.99) return { value: carried(OURS) / limit, note: `of what direct carries; ${note}` };
  return { value: carried(OURS), note };
}

/**
 * What the peers have, for comparison.
 *
 * @param {(gateway: string) => number} read
 * @param {string[]} peers
 * @param {(value: number) => string} format
 */
const peersNote = (read, peers, format) =>
  peers
    .filter((name) => !Number.isNaN(read(name)))
    .map((name) => `${name} ${format(read(name))}`)
    .join(', ');

/**
 * @param {Results} results
 * @returns {Measured}
 */
export function badOf(results) {
  const replies = results.sum(OURS, ({ client }) => client.replies);
  if (replies === 0) return { value: NaN };
  const first = results.firstBad(OURS);
  return {
    value: results.sum(OURS, ({ client }) => client.bad),
    note: `of ${number(replies)} replies${first ? `; ${first}` : ''}`,
  };
}

/**
 * Says when a gateway did not carry the load at which it was to be measured.
 *
 * @param {Results} results
 * @param {string} scenario
 */
function shortfallNote(results, scenario) {
  const carried = results.median(scenario, OURS, (sample) => sample.carried);
  return carried < 0.98 ? `only ${percent(carried)} of the tokens carried` : '';
}
