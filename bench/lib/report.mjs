import { added } from './judged-values.mjs';
import { number, percent, table } from './table.mjs';

/**
 * @typedef {import('./results.mjs').Results} Results
 * @typedef {import('./measure.mjs').Sample} Sample
 * @typedef {{ title: string, value: (results: Results, scenario: string, gateway: string) => string }} Column
 */

/** @param {(sample: Sample) => number} read */
const shown =
  (read, digits = 0) =>
  (/** @type {Results} */ results, /** @type {string} */ scenario, /** @type {string} */ gateway) =>
    number(results.median(scenario, gateway, read), digits);

/** @param {(sample: Sample) => number} read @param {string} peer */
const of =
  (read, peer) =>
  (/** @type {Results} */ results, /** @type {string} */ scenario, /** @type {string} */ gateway) =>
    number(results.median(scenario, gateway, read) / results.median(scenario, peer, read), 2);

/** @param {(sample: Sample) => number} read */
const addedUs =
  (read) => (/** @type {Results} */ results, /** @type {string} */ scenario, /** @type {string} */ gateway) =>
    number(added(results, scenario, gateway, read));

/** @param {(results: Results, scenario: string, gateway: string) => string} column */
const gatewaysOnly =
  (column) =>
  (/** @type {Results} */ results, /** @type {string} */ scenario, /** @type {string} */ gateway) =>
    gateway === 'direct' ? '-' : column(results, scenario, gateway);

const others = {
  title: "others' CPU",
  value: (/** @type {Results} */ r, /** @type {string} */ s, /** @type {string} */ g) =>
    percent(r.median(s, g, ({ othersShare }) => othersShare)),
};

const bad = {
  title: 'bad',
  value: (/** @type {Results} */ r, /** @type {string} */ s, /** @type {string} */ g) =>
    number(r.median(s, g, ({ client }) => client.bad)),
};

/** @type {Column[]} */
const RATE = [
  { title: 'tokens/s', value: shown((sample) => sample.tokensPerSecond) },
  { title: 'of direct', value: of((sample) => sample.tokensPerSecond, 'direct') },
  { title: 'of nginx', value: of((sample) => sample.tokensPerSecond, 'nginx') },
  { title: 'of node', value: of((sample) => sample.tokensPerSecond, 'node') },
  { title: 'of Portkey', value: of((sample) => sample.tokensPerSecond, 'portkey') },
  { title: 'CPU', value: gatewaysOnly((r, s, g) => percent(r.median(s, g, (sample) => sample.cpuShare))) },
  { title: 'CPU µs/token', value: gatewaysOnly(shown((sample) => sample.cpuUsPerToken, 2)) },
  bad,
  others,
];

/** @type {Column[]} */
const REPLY = [
  { title: 'replies/s', value: shown((sample) => sample.repliesPerSecond) },
  { title: 'P50 µs', value: shown(({ client }) => client.replyP50Us) },
  { title: 'added P50 µs', value: addedUs(({ client }) => client.replyP50Us) },
  { title: 'of direct', value: of((sample) => sample.repliesPerSecond, 'direct') },
  { title: 'of nginx', value: of((sample) => sample.repliesPerSecond, 'nginx') },
  { title: 'of node', value: of((sample) => sample.repliesPerSecond, 'node') },
  { title: 'of Portkey', value: of((sample) => sample.repliesPerSecond, 'portkey') },
  { title: 'CPU µs/reply', value: gatewaysOnly(shown((sample) => sample.cpuUsPerReply)) },
  bad,
  others,
];

/** @type {Column[]} */
const FIRST_TOKEN = [
  { title: 'P50 µs', value: shown(({ client }) => client.firstTokenP50Us) },
  { title: 'P99 µs', value: shown(({ client }) => client.firstTokenP99Us) },
  { title: 'added P50 µs', value: addedUs(({ client }) => client.firstTokenP50Us) },
  {
    title: 'added, of nginx',
    value: (r, s, g) =>
      number(
        added(r, s, g, ({ client }) => client.firstTokenP50Us) /
          added(r, s, 'nginx', ({ client }) => client.firstTokenP50Us),
        1,
      ),
  },
  { title: 'CPU µs/reply', value: gatewaysOnly(shown((sample) => sample.cpuUsPerReply)) },
  bad,
  others,
];

/** @type {Column[]} */
const PACED = [
  { title: 'carried', value: (r, s, g) => percent(r.median(s, g, (sample) => sample.carried)) },
  { title: 'CPU', value: gatewaysOnly((r, s, g) => percent(r.median(s, g, (sample) => sample.cpuShare))) },
  { title: 'CPU µs/token', value: gatewaysOnly(shown((sample) => sample.cpuUsPerToken, 1)) },
  { title: 'delay P50 ms', value: shown(({ client }) => client.delayP50Us / 1000, 3) },
  { title: 'P99 ms', value: shown(({ client }) => client.delayP99Us / 1000, 1) },
  { title: 'added P50 µs', value: addedUs(({ client }) => client.delayP50Us) },
  { title: 'unfinished', value: shown(({ client }) => client.unfinished) },
  bad,
  others,
];

/** @type {Column[]} */
const MEMORY = [
  { title: 'idle MB', value: gatewaysOnly(shown((sample) => sample.idleKb / 1024)) },
  { title: 'peak MB', value: gatewaysOnly(shown((sample) => sample.peakKb / 1024)) },
  { title: 'KB/stream', value: gatewaysOnly(shown((sample) => sample.kbPerStream)) },
];

/** @type {Column[]} */
const VECTORS = [
  { title: 'P50 µs', value: shown(({ client }) => client.replyP50Us) },
  { title: 'P99 µs', value: shown(({ client }) => client.replyP99Us) },
  { title: 'P50 of hello-get', value: of(({ client }) => client.replyP50Us, 'hello-get') },
  { title: 'replies/s', value: shown((sample) => sample.repliesPerSecond) },
  { title: 'vectors/s', value: shown((sample) => sample.tokensPerSecond) },
  { title: 'CPU µs/reply', value: gatewaysOnly(shown((sample) => sample.cpuUsPerReply)) },
  { title: 'from Redis', value: (r, s, g) => percent(r.median(s, g, (sample) => sample.redisShare)) },
  bad,
  others,
];

/** @type {Column[]} */
const WRITES = [
  { title: 'generations/s', value: shown((sample) => sample.repliesPerSecond) },
  { title: 'of insert', value: of((sample) => sample.repliesPerSecond, 'insert') },
  { title: 'of insert-five', value: of((sample) => sample.repliesPerSecond, 'insert-five') },
  { title: 'CPU of the writer', value: (r, s, g) => percent(r.median(s, g, (sample) => sample.cpuShare)) },
  { title: 'CPU µs/generation', value: shown((sample) => sample.cpuUsPerReply) },
];

/** @type {Record<string, Column[]>} */
const COLUMNS = {
  burst: RATE,
  stream: RATE,
  ttft: FIRST_TOKEN,
  whole: REPLY,
  'whole-alone': REPLY,
  delay: PACED,
  paced: [...PACED, ...MEMORY],
  'paced-smooth': [...PACED, ...MEMORY],
  channel: [...PACED, ...MEMORY],
  fast50: [...PACED, ...MEMORY],
  'fast50-slow500': [...PACED, ...MEMORY],
  'paced-redis': [...PACED, ...MEMORY],
  'paced-ws': [...PACED, ...MEMORY],
  'paced-socket-io': [...PACED, ...MEMORY],
  paced2500: [...PACED, ...MEMORY],
  'audit-writes': WRITES,
};

/**
 * The whole report in Markdown: what was judged first, then a table for each scenario.
 *
 * @param {{ environment: string[], scenarios: import('./scenarios.mjs').Scenario[], results: Results, judgements: import('./targets.mjs').Judgement[] }} run
 */
export function writeReport({ environment, scenarios, results, judgements }) {
  const targets = table(
    ['row', 'what', 'value', 'floor', 'moonshot', 'verdict', 'note'],
    judgements.map(({ row, what, shown: value, floor, moonshot, verdict, note }) => [
      row,
      what,
      value,
      floor,
      moonshot,
      verdict,
      note,
    ]),
  );
  const measured = scenarios.filter(({ name }) => results.gatewaysOf(name).length > 0);
  const sections = measured.map(
    ({ name, what }) => `### ${name}: ${what}\n\n${scenarioTable(results, name)}`,
  );
  return [environment.join('\n'), `### Targets\n\n${targets}`, ...sections].join('\n\n');
}

/**
 * @param {Results} results
 * @param {string} scenario
 */
function scenarioTable(results, scenario) {
  const columns = COLUMNS[scenario] ?? VECTORS;
  const rows = results
    .gatewaysOf(scenario)
    .map((gateway) => [gateway, ...columns.map(({ value }) => value(results, scenario, gateway))]);
  return table(['gateway', ...columns.map(({ title }) => title)], rows);
}
