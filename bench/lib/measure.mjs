import { LOAD_CPU, listProcessTree, readRssKb, resetPeakRss, startOnCpu } from './processes.mjs';
import { CHANNEL_CLIENT, LOAD_CLIENT, SOCKET_CLIENT } from './programs.mjs';
import { runningRedis } from './bench-redis.mjs';
import { VECTORS_MODEL } from './gateways.mjs';
import { WARM_UP, WARM_UP_VECTORS, fillings } from './scenarios.mjs';

/**
 * What the load client prints. Times of which there were none in the window are NaN.
 *
 * @typedef {object} ClientResult
 * @property {number} windowUs
 * @property {number} tokens received in the window; where vectors are asked for, each counts as one
 * @property {number} windowReplies completed in the window
 * @property {number} replies completed in all
 * @property {number} answeringAtWindow streams that had begun to answer when the window opened
 * @property {number} bad
 * @property {number} unfinished
 * @property {number} reconnects
 * @property {string} firstBad
 * @property {number} nextId
 * @property {number} cpuUs of the gateway
 * @property {number} othersUs CPU of all that is not gateway, backend or client
 * @property {number} rssKb
 * @property {number} peakKb
 * @property {number} firstTokenP50Us
 * @property {number} firstTokenP99Us
 * @property {number} replyP50Us
 * @property {number} replyP99Us
 * @property {number} delayP50Us
 * @property {number} delayP99Us
 * @property {number} [gapP99Us] between two messages of a stream; of sockets only
 *
 * One measurement of one gateway in one round.
 *
 * @typedef {object} Sample
 * @property {number} tokensPerSecond
 * @property {number} repliesPerSecond
 * @property {number} cpuShare of one core
 * @property {number} othersShare of one core: other work on the machine, and the gateway's database
 * @property {number} cpuUsPerToken
 * @property {number} cpuUsPerReply
 * @property {number} carried share of the tokens that were due
 * @property {number} idleKb
 * @property {number} peakKb
 * @property {number} kbPerStream
 * @property {number} redisShare keys found in Redis for each input; NaN where it is not asked
 * @property {ClientResult} client
 */

/** The load client is told, so that the backend is not taken for a stranger. @type {number | undefined} */
let backendPid;

/** @param {number | undefined} pid */
export const setBackend = (pid) => void (backendPid = pid);

/** Every request of a run has its own number, so that no prompt is ever repeated. */
let nextId = 1;

/**
 * @param {import('./scenarios.mjs').Scenario} scenario
 * @param {import('./gateways.mjs').RunningGateway} gateway
 * @returns {Promise<Sample>}
 */
export async function measure({ load, fresh }, gateway) {
  const fills = load.vectors && gateway.vectors?.form === 'openai' ? fillings(load.vectors) : [];
  for (const fill of fills) await askClient(gateway, fill, []);
  const pids = gateway.pids.flatMap(listProcessTree).filter((pid, at, all) => all.indexOf(pid) === at);
  if (fresh) {
    await askClient(gateway, { streams: 4, tokens: 16, perWrite: 4, settleMs: 0, windowMs: 100 }, pids);
    resetPeakRss(pids);
  }
  await gateway.prepare?.();
  const idleKb = readRssKb(pids);
  const hitsBefore = await runningRedis()?.countHits();
  const client = await askClient(gateway, load, pids);
  const hits = ((await runningRedis()?.countHits()) ?? NaN) - (hitsBefore ?? NaN);
  const seconds = client.windowUs / 1e6;
  const due = load.intervalUs ? (load.streams * load.perWrite * client.windowUs) / load.intervalUs : 0;
  return {
    tokensPerSecond: client.tokens / seconds,
    repliesPerSecond: client.windowReplies / seconds,
    cpuShare: client.cpuUs / client.windowUs,
    othersShare: client.othersUs / client.windowUs,
    cpuUsPerToken: client.cpuUs / Math.max(1, client.tokens),
    cpuUsPerReply: client.cpuUs / Math.max(1, client.windowReplies),
    carried: due ? Math.min(1, client.tokens / due) : 1,
    idleKb,
    peakKb: client.peakKb,
    // A stream that has not been let in yet takes no memory, and must not make the others look smaller.
    kbPerStream: (client.peakKb - idleKb) / Math.max(1, client.answeringAtWindow),
    redisShare: load.vectors ? hits / Math.max(1, client.replies * load.vectors.inputs) : NaN,
    client,
  };
}

/**
 * Lets a new process compile and grow what it will need.
 *
 * @param {import('./gateways.mjs').RunningGateway} gateway
 * @param {number} [rounds] at most so many seconds of each kind of load
 */
export async function warmUp(gateway, rounds = 8) {
  for (const load of gateway.vectors?.form === 'openai' ? WARM_UP_VECTORS : WARM_UP) {
    let best = 0;
    for (let round = 1, idle = 0; round <= rounds && idle < 2; round++) {
      const { tokens } = await askClient(gateway, load, []);
      idle = tokens > best * 1.05 ? 0 : idle + 1;
      best = Math.max(best, tokens);
    }
  }
}

/**
 * @param {import('./gateways.mjs').RunningGateway} gateway
 * @param {import('./scenarios.mjs').Load} load
 * @param {number[]} pids
 * @returns {Promise<ClientResult>}
 */
async function askClient(gateway, load, pids) {
  const client = clientOf(load);
  const child = startOnCpu(LOAD_CPU, [...client, ...clientArguments(gateway, load, pids)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout?.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  if (code !== 0) throw new Error(`The load client ended with ${code}.`);
  const result = JSON.parse(output, (_, value) => value ?? NaN);
  nextId = Math.max(nextId, result.nextId);
  return result;
}

/** @param {import('./scenarios.mjs').Load} load */
function clientOf({ transport }) {
  if (transport === undefined) return [LOAD_CLIENT];
  return [process.execPath, transport === 'channel' ? CHANNEL_CLIENT : SOCKET_CLIENT];
}

/**
 * @param {import('./gateways.mjs').RunningGateway} gateway
 * @param {import('./scenarios.mjs').Load} load
 * @param {number[]} pids
 */
function clientArguments(gateway, load, pids) {
  const headers = Object.entries({ ...gateway.headers, ...load.headers });
  const { vectors } = load;
  const redis = runningRedis();
  /** @type {Record<string, string | number | undefined>} */
  const ofHttp = {
    path: vectors ? gateway.vectors?.path : gateway.path,
    model: vectors && VECTORS_MODEL,
    embed: vectors?.inputs,
    texts: vectors?.texts,
    form: vectors && toForm(vectors, gateway),
    requests: load.requests,
    headers: headers.map(([name, value]) => `${name}: ${value}\r\n`).join(''),
  };
  /** @type {Record<string, string | number | undefined>} */
  const values = {
    ...(load.transport ? { transport: load.transport, slow: load.slow } : ofHttp),
    port: gateway.port,
    streams: load.streams,
    tokens: load.tokens,
    'per-write': load.perWrite,
    'interval-us': load.intervalUs,
    'ramp-ms': load.rampMs,
    'settle-ms': load.settleMs,
    'window-ms': load.windowMs,
    'drain-ms': load.drainMs,
    'first-id': nextId,
    watch: pids.join(',') || undefined,
    own: [backendPid, redis?.pid].filter((pid) => pid !== undefined).join(',') || undefined,
  };
  const flags = (
    load.transport ? [] : [load.whole && '--whole', load.once && '--once', load.batch && '--batch']
  ).filter((flag) => flag !== undefined && flag !== false);
  return [
    ...Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, String(value)],
    ),
    ...flags,
  ];
}

/**
 * In which form the load client has to expect vectors.
 *
 * @param {import('./scenarios.mjs').Vectors} vectors
 * @param {import('./gateways.mjs').RunningGateway} gateway
 */
const toForm = ({ encoding = 'base64' }, { vectors }) =>
  vectors?.form === 'openai' ? encoding : vectors?.form;
