import {
  addedDelayOf,
  addedFirstTokenOf,
  auditedRepliesOf,
  auditedTokensOf,
  badOf,
  carriedOf,
  hitTimeOf,
  manyHitsOf,
  memoryOf,
  pacedCpuOf,
  replyRateOf,
  channelDelayOf,
  copiedCpuOf,
  identityOf,
  socketCpuOf,
  socketDelayOf,
  slowGapOf,
  slowMemoryOf,
  socketMemoryOf,
  tokenRateOf,
  writeRateOf,
} from './judged-values.mjs';
import { number, percent } from './table.mjs';

/**
 * @typedef {import('./results.mjs').Results} Results
 * @typedef {import('./judged-values.mjs').Measured} Measured
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
    measure: (results) => tokenRateOf(results, 'portkey'),
  },
  {
    row: '2',
    what: 'burst tokens/s, of nginx',
    sense: 'at least',
    floor: 0.6,
    moonshot: 1,
    format: ratio,
    measure: (results) => tokenRateOf(results, 'nginx'),
  },
  {
    row: '3',
    what: 'CPU per token, 1,000 streams at 20 tokens/s, of nginx',
    sense: 'at most',
    floor: 2.4,
    moonshot: 1.8,
    format: ratio,
    measure: (results) => pacedCpuOf(results, 'paced'),
  },
  {
    row: '3 (smooth)',
    what: 'the same with the merging profile',
    sense: 'at most',
    floor: 2.4,
    moonshot: 1.25,
    format: ratio,
    measure: (results) => pacedCpuOf(results, 'paced-smooth'),
  },
  {
    row: '4',
    what: 'added time to first token P50, one stream, of nginx',
    sense: 'at most',
    floor: 3,
    moonshot: 1.8,
    format: times,
    measure: (results) => addedFirstTokenOf(results),
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
    measure: (results) => replyRateOf(results, 'portkey'),
  },
  {
    row: '8 (nginx)',
    what: 'whole replies/s, of nginx (an aim, not a floor)',
    sense: 'at least',
    floor: 0,
    moonshot: 0.14,
    format: ratio,
    measure: (results) => replyRateOf(results, 'nginx'),
  },
  {
    row: '9',
    what: 'embedding from Redis P50, of hello world with one GET',
    sense: 'at most',
    floor: 1.5,
    moonshot: 1.1,
    format: ratio,
    measure: (results) => hitTimeOf(results, { scenario: 'embed-hit', from: 'redis' }),
  },
  {
    row: '9 (memory)',
    what: 'embedding from memory P50, of hello world with one GET',
    sense: 'at most',
    floor: 1,
    moonshot: 0.65,
    format: ratio,
    measure: (results) => hitTimeOf(results, { scenario: 'embed-hit-memory', from: 'memory' }),
  },
  {
    row: '9 (32)',
    what: '32 embeddings from Redis in one request P50, of one',
    sense: 'at most',
    floor: 3,
    moonshot: 2,
    format: times,
    measure: manyHitsOf,
  },
  {
    row: '10',
    what: 'burst tokens/s with the audit, of without',
    sense: 'at least',
    floor: 0.75,
    moonshot: 0.95,
    format: ratio,
    measure: auditedTokensOf,
  },
  {
    row: '10 (whole)',
    what: 'whole replies/s with the audit, of without',
    sense: 'at least',
    floor: 0.65,
    moonshot: 0.85,
    format: ratio,
    measure: auditedRepliesOf,
  },
  ...[20, 128].map((count) => ({
    row: `12 (${count})`,
    what: `rows/s of the audit in batches of ${count}, of an INSERT for each of the same rows`,
    sense: /** @type {const} */ ('at least'),
    floor: 3,
    moonshot: 5,
    format: times,
    measure: (/** @type {Results} */ results) => writeRateOf(results, `batch-${count}`),
  })),
  {
    row: '13',
    what: 'CPU per token over Socket.IO, of our own server-sent events',
    sense: 'at most',
    floor: 1.3,
    moonshot: 1,
    format: ratio,
    measure: (results) => socketCpuOf(results),
  },
  {
    row: '13 (memory)',
    what: 'memory per Socket.IO client, in KB',
    sense: 'at most',
    floor: 80,
    moonshot: 55,
    format: (value) => `${number(value)} KB`,
    measure: (results) => socketMemoryOf(results),
  },
  {
    row: '13 (P50)',
    what: 'delay per token P50 over Socket.IO, of plain WebSocket',
    sense: 'at most',
    floor: 1.5,
    moonshot: 1,
    format: ratio,
    measure: (results) => socketDelayOf(results, ({ client }) => client.delayP50Us),
  },
  {
    row: '13 (P99)',
    what: 'delay per token P99 over Socket.IO, of plain WebSocket',
    sense: 'at most',
    floor: 4,
    moonshot: 1,
    format: ratio,
    measure: (results) => socketDelayOf(results, ({ client }) => client.delayP99Us),
  },
  {
    row: 'channel',
    what: 'delivery to 1,500 subscribers of a channel P99, in ms',
    sense: 'at most',
    floor: 100,
    moonshot: 50,
    format: (value) => `${number(value)} ms`,
    measure: (results) => channelDelayOf(results),
  },
  {
    row: 'slow (memory)',
    what: 'memory for 500 readers of a byte a second, in MB',
    sense: 'at most',
    floor: 64,
    moonshot: 32,
    format: (value) => `${number(value)} MB`,
    measure: (results) => slowMemoryOf(results),
  },
  {
    row: 'slow (P99)',
    what: 'time between two tokens P99 of 50 fast readers beside them, of without',
    sense: 'at most',
    floor: 1.1,
    moonshot: 1.02,
    format: ratio,
    measure: (results) => slowGapOf(results),
  },
  {
    row: 'identity',
    what: 'time to first token P50 with a signed token and limits, minus without',
    sense: 'at most',
    floor: 60,
    moonshot: 20,
    format: (value) => `${number(value)} µs`,
    measure: (results) => identityOf(results),
  },
  {
    row: 'copies',
    what: 'CPU per token while every log is copied to Redis, of without',
    sense: 'at most',
    floor: 1.15,
    moonshot: 1.05,
    format: ratio,
    measure: (results) => copiedCpuOf(results),
  },
  {
    row: '14',
    what: 'wrong, missing or reordered tokens and vectors: bad replies in the whole run',
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
