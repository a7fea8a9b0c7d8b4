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
const UNAUDITED = 'citadel-unaudited';
const CACHING = 'citadel-redis';
const ALL_OURS = [OURS, UNAUDITED, CACHING];

/** Below this share of the inputs a measurement of Redis is none of Redis; above what is left, one of memory is none of that. */
const MOSTLY = 0.95;

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
  const node = peersNote(
    (name) => results.median(scenario, name, rate) / theirs,
    ['node'],
    (value) => number(value, 2),
  );
  const noteOf = (/** @type {string[]} */ ...parts) => parts.filter(Boolean).join('; ');
  if (limit < CLIENT_HEADROOM * Math.max(ours, theirs)) {
    const note = `judged by CPU, the client is near its limit; by the clock ${number(byClock, 2)}`;
    return { value: byCpu, note: noteOf(note, node) };
  }
  return { value: byClock, note: Number.isNaN(byClock) ? '' : noteOf(`by CPU ${number(byCpu, 2)}`, node) };
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
  const nginx = results.median('paced', 'nginx', cpuPerToken);
  const ofNginx = (/** @type {string} */ gateway) => results.median(scenario, gateway, cpuPerToken) / nginx;
  const peers = peersNote(ofNginx, ['node'], (value) => number(value, 2));
  return { value: ofNginx(OURS), note: [peers, shortfallNote(results, scenario)].filter(Boolean).join('; ') };
}

/**
 * @param {Results} results
 * @returns {Measured}
 */
export function addedFirstTokenOf(results) {
  const addedUs = (/** @type {string} */ gateway) => added(results, 'ttft', gateway, firstToken);
  const ofNginx = (/** @type {string} */ gateway) => addedUs(gateway) / addedUs('nginx');
  return { value: ofNginx(OURS), note: peersNote(ofNginx, ['node'], (value) => `${number(value, 1)}x`) };
}

/**
 * What it takes to know who is asking, and to count it.
 *
 * @param {Results} results
 * @returns {Measured}
 */
export const identityOf = (results) => ({
  value: results.median('ttft', 'citadel-identified', firstToken) - results.median('ttft', OURS, firstToken),
});

/**
 * @param {Results} results
 * @returns {Measured}
 */
export function addedDelayOf(results) {
  const addedMs = (/** @type {string} */ gateway) => added(results, 'delay', gateway, tokenDelay) / 1000;
  return {
    value: addedMs(OURS),
    note: peersNote(addedMs, ['nginx', 'node', 'portkey'], (value) => `${number(value, 3)} ms`),
  };
}

/**
 * @param {Results} results
 * @returns {Measured}
 */
export function memoryOf(results) {
  const kb = (/** @type {string} */ gateway) =>
    results.median('paced', gateway, ({ kbPerStream }) => kbPerStream);
  const peers = peersNote(kb, ['nginx', 'node', 'portkey'], (value) => `${number(value)} KB`);
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
  const note = peersNote(carried, ['direct', 'nginx', 'node', 'portkey'], percent);
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
  const sum = (/** @type {(sample: Sample) => number} */ read) =>
    ALL_OURS.reduce((all, gateway) => all + results.sum(gateway, read), 0);
  const replies = sum(({ client }) => client.replies);
  if (replies === 0) return { value: NaN };
  const first = ALL_OURS.map((gateway) => results.firstBad(gateway)).find(Boolean);
  return {
    value: sum(({ client }) => client.bad),
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

const replyTime = (/** @type {Sample} */ sample) => sample.client.replyP50Us;

/**
 * How many times as long a cache hit takes as a greeting with one GET does.
 *
 * @param {Results} results
 * @param {{ scenario: string, from: 'redis' | 'memory' }} hit
 * @returns {Measured}
 */
export function hitTimeOf(results, { scenario, from }) {
  const doubt = doubtAbout(results, scenario, from);
  if (doubt !== undefined) return { value: NaN, note: doubt };
  const ours = results.median(scenario, CACHING, replyTime);
  const peer = (/** @type {string} */ name) => results.median(scenario, name, replyTime);
  const peers = peersNote(peer, ['hello-get', 'hello'], (value) => `${number(value)} µs`);
  return { value: ours / peer('hello-get'), note: `${number(ours)} µs, ${peers}` };
}

/**
 * How many times as long 32 cached inputs take as one.
 *
 * @param {Results} results
 * @returns {Measured}
 */
export function manyHitsOf(results) {
  const doubt = doubtAbout(results, 'embed-hit32', 'redis') ?? doubtAbout(results, 'embed-hit', 'redis');
  if (doubt !== undefined) return { value: NaN, note: doubt };
  const many = results.median('embed-hit32', CACHING, replyTime);
  const one = results.median('embed-hit', CACHING, replyTime);
  return { value: many / one, note: `${number(many)} µs and ${number(one)} µs` };
}

/**
 * Why hits did not come from where they should, if they did not.
 *
 * @param {Results} results
 * @param {string} scenario
 * @param {'redis' | 'memory'} from
 */
function doubtAbout(results, scenario, from) {
  const share = results.median(scenario, CACHING, ({ redisShare }) => redisShare);
  if (Number.isNaN(share)) return '';
  const isFromThere = from === 'redis' ? share >= MOSTLY : share <= 1 - MOSTLY;
  return isFromThere ? undefined : `Redis answered ${percent(share)} of ${scenario}`;
}

/** @param {Results} results */
export const auditedTokensOf = (results) => auditedOf(results, 'burst', tokensPerSecond, cpuPerToken);

/** @param {Results} results */
export const auditedRepliesOf = (results) => auditedOf(results, 'whole', repliesPerSecond, cpuPerReply);

/**
 * Which share of its rate the gateway keeps when it puts everything on record, by the clock.
 *
 * @param {Results} results
 * @param {string} scenario
 * @param {(sample: Sample) => number} rate
 * @param {(sample: Sample) => number} cpu
 * @returns {Measured}
 */
function auditedOf(results, scenario, rate, cpu) {
  const ratio = (/** @type {(sample: Sample) => number} */ read) =>
    results.median(scenario, OURS, read) / results.median(scenario, UNAUDITED, read);
  const value = ratio(rate);
  return {
    value,
    note: Number.isNaN(value) ? '' : `CPU of the gateway ${number(ratio(cpu), 2)}x (aim 1.10x)`,
  };
}

/**
 * How many times as many rows come into the database in batches as by an INSERT for each: the same five for a generation.
 *
 * @param {Results} results
 * @param {string} batch
 * @returns {Measured}
 */
export function writeRateOf(results, batch) {
  const rate = (/** @type {string} */ way) => results.median('audit-writes', way, repliesPerSecond);
  const note = peersNote(
    (way) => rate(batch) / rate(way),
    ['insert', 'insert-three', 'insert-fat'],
    (value) => `${number(value, 1)}x`,
  );
  return { value: rate(batch) / rate('insert-five'), note: note && `of ${note}` };
}

/** @param {Results} results @returns {Measured} */
export const socketCpuOf = (results) => ({
  value: results.median('paced-socket-io', OURS, cpuPerToken) / results.median('paced', OURS, cpuPerToken),
  note: shortfallNote(results, 'paced-socket-io'),
});

/** @param {Results} results @returns {Measured} */
export const socketMemoryOf = (results) => ({
  value: results.median('paced-socket-io', OURS, ({ kbPerStream }) => kbPerStream),
});

/**
 * @param {Results} results
 * @param {(sample: Sample) => number} delay
 * @returns {Measured}
 */
export function socketDelayOf(results, delay) {
  const theirs = results.median('paced-ws', OURS, delay);
  const ours = results.median('paced-socket-io', OURS, delay);
  return { value: ours / theirs, note: `${number(ours / 1000, 2)} ms and ${number(theirs / 1000, 2)} ms` };
}

/** @param {Results} results @returns {Measured} */
export const copiedCpuOf = (results) => ({
  value: results.median('paced-redis', CACHING, cpuPerToken) / results.median('paced', OURS, cpuPerToken),
});

/** @param {Results} results @returns {Measured} */
export function slowMemoryOf(results) {
  const grown = (/** @type {string} */ scenario) =>
    results.median(scenario, OURS, ({ peakKb, idleKb }) => (peakKb - idleKb) / 1024);
  return {
    value: grown('fast50-slow500') - grown('fast50'),
    note: `fast ones alone ${number(grown('fast50'))} MB`,
  };
}

/** @param {Results} results @returns {Measured} */
export function slowGapOf(results) {
  const gap = (/** @type {string} */ scenario) =>
    results.median(scenario, OURS, ({ client }) => client.gapP99Us ?? NaN);
  return {
    value: gap('fast50-slow500') / gap('fast50'),
    note: `${number(gap('fast50-slow500') / 1000, 1)} ms and ${number(gap('fast50') / 1000, 1)} ms`,
  };
}

/** @param {Results} results @returns {Measured} */
export const channelDelayOf = (results) => ({
  value: results.median('channel', OURS, ({ client }) => client.delayP99Us / 1000),
  note: `P50 ${number(results.median('channel', OURS, ({ client }) => client.delayP50Us / 1000))} ms`,
});
