// The load client for channels: subscribers over WebSocket, and half as many over server-sent events. Prints what the
// other load clients print; its delays are from the time a message carries to its arrival.
import { get } from 'node:http';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { at, byValue, machineBusyUs, usage } from './process-usage.mjs';

const { values } = parseArgs({
  options: Object.fromEntries(
    ['port', 'streams', 'settle-ms', 'window-ms', 'watch', 'own'].map((name) => [
      name,
      { type: /** @type {const} */ ('string') },
    ]),
  ),
  strict: false,
});
const number = (/** @type {string} */ name) => Number(values[name] ?? 0);
const pids = (/** @type {string} */ name) =>
  String(values[name] ?? '')
    .split(',')
    .filter(Boolean)
    .map(Number);
const passed = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

const TIMESTAMP = /"message_type":"metrics_update","timestamp":"([^"]+)"/g;

let isCounting = false;
let bad = 0;
let firstBad = '';
/** Those who have heard anything. */
const hearers = new Set();
/** @type {number[]} */
const delaysUs = [];

/** @param {object} subscriber @param {string} text */
function take(subscriber, text) {
  const now = Date.now();
  for (const [, timestamp = ''] of text.matchAll(TIMESTAMP)) {
    hearers.add(subscriber);
    if (isCounting) delaysUs.push((now - Date.parse(timestamp)) * 1000);
  }
}

/** @param {string} why */
function fail(why) {
  bad++;
  firstBad ||= why;
}

for (let index = 0; index < number('streams'); index++) {
  const socket = new WebSocket(`ws://127.0.0.1:${values.port}/streaming/websocket`, {
    perMessageDeflate: false,
  });
  socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', channels: ['metrics'] })));
  socket.on('message', (/** @type {Buffer} */ message) => take(socket, message.toString('utf8')));
  socket.on('error', (error) => fail(error.message));
  socket.on('close', (code) => fail(`closed with ${code}`));
  if (index % 2 === 0)
    get(`http://127.0.0.1:${values.port}/streaming/sse/metrics`, { agent: false }, (response) => {
      if (response.statusCode !== 200) fail(`status ${response.statusCode}`);
      response.setEncoding('utf8').on('data', (text) => take(response, text));
      response.on('end', () => fail('an event stream ended'));
    }).on('error', (error) => fail(error.message));
  if (index % 20 === 0) await passed(20);
}
await passed(number('settle-ms'));

const before = usage(pids('watch'));
const own = () => usage([process.pid, ...pids('own')]).cpuUs;
const othersBefore = machineBusyUs() - own() - before.cpuUs;
const windowAt = performance.now();
isCounting = true;
await passed(number('window-ms'));
isCounting = false;
const after = usage(pids('watch'));
delaysUs.sort(byValue);
console.log(
  JSON.stringify({
    windowUs: Math.round((performance.now() - windowAt) * 1000),
    tokens: delaysUs.length,
    windowReplies: 0,
    replies: 0,
    answeringAtWindow: hearers.size,
    bad,
    unfinished: number('streams') * 1.5 - hearers.size,
    reconnects: 0,
    firstBad,
    nextId: 1,
    cpuUs: after.cpuUs - before.cpuUs,
    othersUs: Math.max(0, machineBusyUs() - own() - after.cpuUs - othersBefore),
    rssKb: after.rssKb,
    peakKb: after.peakKb,
    firstTokenP50Us: 0,
    firstTokenP99Us: 0,
    replyP50Us: 0,
    replyP99Us: 0,
    delayP50Us: at(delaysUs, 0.5),
    delayP99Us: at(delaysUs, 0.99),
  }),
);
process.exit();
