import { number, percent } from './table.mjs';

/**
 * @typedef {import('./results.mjs').Results} Results
 * @typedef {import('./measure.mjs').Sample} Sample
 *
 * @typedef {object} Measured
 * @property {number} value NaN when something it needs was not measured
 * @property {string} [note]
 *
 * @typedef {object} Target
 * @property {string} row
 * @property {string} what
 * @property {'at least' | 'at most'} sense
 * @property {number} floor
 * @property {number} moonshot
 * @property {(value: number) => string} format
 * @property {(results: Results) => Measured} measure
 *
 * @typedef {object} Judgement
 * @property {string} row
 * @property {string} what
 * @property {number} value
 * @property {string} shown
 * @property {string} floor
 * @property {string} moonshot
 * @property {'moonshot' | 'floor' | 'missed' | 'not measured'} verdict
 * @property {string} note
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

const times = (/** @type {number} */ value) => `${number(value, 1)}x`;
const ratio = (/** @type {number} */ value) => number(value, 2);

/** The rows the benchmark can judge, numbered as in the requirements. @type {Target[]} */
const TARGETS = [
  {
    row: '1',
    what: 'burst tokens/s, of Portkey',
    sense: 'at least',
    floor: 7,
    moonshot: 12,
    format: times,
    measure: (results) => rateOf(results, 'burst', 'portkey', tokensPerSecond, cpuPerToken),
  },
  {
    row: '2',
    what: 'burst tokens/s, of nginx',
    sense: 'at least',
    floor: 0.6,
    moonshot: 1,
    format: ratio,
    measure: (results) => rateOf(results, 'burst', 'nginx', tokensPerSecond, cpuPerToken),
  },
  {
    row: '3',
    what: 'CPU per token, 1,000 streams at 20 tokens/s, of nginx',
    sense: 'at most',
    floor: 2.4,
    moonshot: 1.8,
    format: ratio,
    measure: (results) => ({
      value: results.median('paced', OURS, cpuPerToken) / results.median('paced', 'nginx', cpuPerToken),
    }),
  },
  {
    row: '3 (smooth)',
    what: 'the same with the merging profile',
    sense: 'at most',
    floor: 2.4,
    moonshot: 1.25,
    format: ratio,
    measure: (results) => ({
      value:
        results.median('paced-smooth', OURS, cpuPerToken) / results.median('paced', 'nginx', cpuPerToken),
    }),
  },
  {
    row: '4',
    what: 'added time to first token P50, one stream, of nginx',
    sense: 'at most',
    floor: 3,
    moonshot: 1.8,
    format: times,
    measure: (results) => ({
      value: added(results, 'ttft', OURS, firstToken) / added(results, 'ttft', 'nginx', firstToken),
    }),
  },
  {
    row: '5',
    what: 'added delay per token P50, paced, in ms',
    sense: 'at most',
    floor: 0.2,
    moonshot: 0.1,
    format: (value) => `${number(value, 3)} ms`,
    measure: (results) => addedDelayOf(results),
  },
  {
    row: '6',
    what: '2,500 streams at 20 tokens/s: tokens carried',
    sense: 'at least',
    floor: 0.9,
    moonshot: 0.99,
    format: percent,
    measure: (results) => carriedOf(results),
  },
  {
    row: '7',
    what: 'memory per open stream, in KB',
    sense: 'at most',
    floor: 90,
    moonshot: 60,
    format: (value) => `${number(value)} KB`,
    measure: (results) => memoryOf(results),
  },
  {
    row: '8',
    what: 'whole replies/s, of Portkey',
    sense: 'at least',
    floor: 5,
    moonshot: 9,
    format: times,
    measure: (results) => rateOf(results, 'whole', 'portkey', repliesPerSecond, cpuPerReply),
  },
  {
    row: '8 (nginx)',
    what: 'whole replies/s, of nginx (an aim, not a floor)',
    sense: 'at least',
    floor: 0,
    moonshot: 0.14,
    format: ratio,
    measure: (results) => rateOf(results, 'whole', 'nginx', repliesPerSecond, cpuPerReply),
  },
  {
    row: '14',
    what: 'wrong, missing or reordered tokens: bad replies in the whole run',
    sense: 'at most',
    floor: 0,
    moonshot: 0,
    format: (value) => number(value),
    measure: (results) => badOf(results),
  },
];

/**
 * @param {Results} results
 * @returns {Judgement[]}
 */
export const judge = (results) =>
  TARGETS.map((target) => {
    const { value, note = '' } = target.measure(results);
    const reaches = (/** @type {number} */ bound) =>
      target.sense === 'at least' ? value >= bound : value <= bound;
    const sign = target.sense === 'at least' ? '>=' : '<=';
    return {
      row: target.row,
      what: target.what,
      value,
      shown: Number.isNaN(value) ? '-' : target.format(value),
      floor:
        target.floor === 0 && target.sense === 'at least' ? '-' : `${sign} ${target.format(target.floor)}`,
      moonshot: `${sign} ${target.format(target.moonshot)}`,
      verdict: Number.isNaN(value)
        ? 'not measured'
        : reaches(target.moonshot)
          ? 'moonshot'
          : reaches(target.floor)
            ? 'floor'
            : 'missed',
      note,
    };
  });

/**
 * How many times the peer's rate is ours. Where the load client is too near its own limit to tell, what one core
 * could do is compared instead: CPU per token or per reply.
 *
 * @param {Results} results
 * @param {string} scenario
 * @param {string} peer
 * @param {(sample: Sample) => number} rate
 * @param {(sample: Sample) => number} cpu
 * @returns {Measured}
 */
function rateOf(results, scenario, peer, rate, cpu) {
  const ours = results.median(scenario, OURS, rate);
  const theirs = results.median(scenario, peer, rate);
  const limit = results.median(scenario, 'direct', rate);
  const byClock = ours / theirs;
  const byCpu = results.median(scenario, peer, cpu) / results.median(scenario, OURS, cpu);
  if (limit < CLIENT_HEADROOM * Math.max(ours, theirs))
    return {
      value: byCpu,
      note: `judged by CPU, the client is near its limit; by the clock ${ratio(byClock)}`,
    };
  return { value: byClock, note: Number.isNaN(byClock) ? '' : `by CPU ${ratio(byCpu)}` };
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
 * @param {Results} results
 * @returns {Measured}
 */
function addedDelayOf(results) {
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
function memoryOf(results) {
  const kb = (/** @type {string} */ gateway) =>
    results.median('paced', gateway, ({ kbPerStream }) => kbPerStream);
  return { value: kb(OURS), note: peersNote(kb, ['nginx', 'portkey'], (value) => `${number(value)} KB`) };
}

/**
 * The share of the tokens due that arrived. Where client and backend alone do not carry everything, theirs is the measure.
 *
 * @param {Results} results
 * @returns {Measured}
 */
function carriedOf(results) {
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
function badOf(results) {
  const replies = results.sum(OURS, ({ client }) => client.replies);
  if (replies === 0) return { value: NaN };
  const first = results.firstBad(OURS);
  return {
    value: results.sum(OURS, ({ client }) => client.bad),
    note: `of ${number(replies)} replies${first ? `; ${first}` : ''}`,
  };
}
