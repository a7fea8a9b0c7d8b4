// The load client for sockets: many clients of chat windows in one process. Takes the settings of the C load client and
// prints what it prints.
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { at, byValue, machineBusyUs, usage } from './process-usage.mjs';
import { TokenReader } from './token-reader.mjs';

const { values } = parseArgs({
  options: Object.fromEntries(
    [
      'transport',
      'port',
      'streams',
      'tokens',
      'per-write',
      'interval-us',
      'ramp-ms',
      'settle-ms',
      'window-ms',
      'drain-ms',
      'first-id',
      'watch',
      'own',
      'slow',
    ].map((name) => [name, { type: /** @type {const} */ ('string') }]),
  ),
  strict: true,
});
const number = (/** @type {string} */ name) => Number(values[name] ?? 0);
const pids = (/** @type {string} */ name) => (values[name] ?? '').split(',').filter(Boolean).map(Number);

const FILLER = 'Please read the following notes carefully and answer in plain words. '.repeat(4);
const SAMPLE_MS = 100;

let phase = 'before';
let bad = 0;
let firstBad = '';
let windowTokens = 0;
let windowReplies = 0;
let replies = 0;
/** @type {number[]} */
const delays = [];
/** @type {number[]} */
const gaps = [];
/** @type {number[]} */
const firstTokens = [];

/** One chat window: connects, asks once, and checks what comes. */
class Client {
  done = false;
  answering = false;
  askedAt = 0;
  tookAt = 0;

  /** @param {number} id */
  constructor(id) {
    this.id = id;
    this.reader = new TokenReader(id, number('tokens'));
    /** @type {() => void} */
    this.close = () => {};
  }

  get prompt() {
    return `${FILLER} #tokens=${number('tokens')} per_write=${number('per-write')} interval_us=${number('interval-us')} id=${this.id}`;
  }

  get body() {
    return { messages: [{ role: 'user', content: this.prompt }], stream: true };
  }

  /** @param {string} text */
  take(text) {
    const now = nowUs();
    if (!this.answering) {
      this.answering = true;
      firstTokens.push(now - this.askedAt);
    }
    const stamps = this.reader.feed(text);
    if (stamps === undefined) return this.fail(`wrong token in ${text}`);
    if (phase !== 'window') return;
    windowTokens += stamps.length;
    if (this.tookAt > 0) gaps.push((now - this.tookAt) >>> 0);
    this.tookAt = now;
    for (const stamp of stamps) delays.push((now - stamp) >>> 0);
  }

  /** @param {string} reason */
  finish(reason) {
    if (this.done) return;
    this.done = true;
    if (reason !== 'stop' || !this.reader.complete)
      this.fail(`ended by ${reason} after ${this.reader.next} tokens`);
    replies++;
    if (phase === 'window') windowReplies++;
    this.close();
  }

  /** @param {string} why */
  fail(why) {
    this.done = true;
    if (phase === 'closing') return;
    bad++;
    firstBad ||= why;
  }
}

/**
 * Socket.IO's protocol (version 5, over Engine.IO 4) on a plain WebSocket: its own client takes so much of the CPU it
 * shares with the backend that its queue would be measured.
 *
 * @param {Client} client
 */
function openSocketIo(client) {
  const socket = new WebSocket(`ws://127.0.0.1:${values.port}/socket.io/?EIO=4&transport=websocket`, {
    perMessageDeflate: false,
  });
  client.close = () => socket.close();
  socket.on('message', (/** @type {Buffer} */ message) => {
    const packet = message.toString('utf8');
    if (packet.startsWith('42')) return onEvent(client, JSON.parse(packet.slice(2)));
    if (packet === '2') return socket.send('3');
    if (packet.startsWith('0')) return socket.send('40');
    if (packet.startsWith('40')) {
      client.askedAt = nowUs();
      return socket.send(`420${JSON.stringify(['chat', { model: 'phi3', ...client.body }])}`);
    }
    if (!packet.startsWith('430[{"generation_id"')) client.fail(packet);
  });
  socket.on('error', (error) => client.fail(error.message));
  socket.on('close', (code) => client.done || client.fail(`closed with ${code}`));
}

/** @param {Client} client @param {[string, any]} event */
function onEvent(client, [name, payload]) {
  if (name === 'chunk') client.take(payload.text);
  else if (name === 'complete') client.finish(payload.finish_reason);
  else if (name === 'error' || name === 'cancelled') client.fail(JSON.stringify(payload));
}

/** @param {Client} client */
function openPlain(client) {
  const socket = new WebSocket(`ws://127.0.0.1:${values.port}/streaming/websocket/chat`, {
    perMessageDeflate: false,
  });
  client.close = () => socket.close();
  socket.on('open', () => {
    client.askedAt = nowUs();
    socket.send(JSON.stringify({ message_type: 'chat_completion', model_id: 'phi3', ...client.body }));
  });
  socket.on('message', (/** @type {Buffer} */ message) => {
    const { data } = JSON.parse(message.toString('utf8'));
    if (data.type === 'chunk') client.take(data.text);
    else if (data.type === 'complete') client.finish(data.finish_reason);
    else client.fail(JSON.stringify(data));
  });
  socket.on('error', (error) => client.fail(error.message));
  socket.on('close', (code) => client.done || client.fail(`closed with ${code}`));
}

/**
 * Asks for the same over HTTP, and reads a byte each second.
 *
 * @param {number} id
 */
function openSlow(id) {
  const client = new Client(id);
  const body = JSON.stringify({ model: 'phi3', ...client.body });
  const socket = connect(number('port'), '127.0.0.1');
  socket.pause();
  socket.on('error', () => undefined);
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  setInterval(() => socket.read(1), 1000);
}

function nowUs() {
  return Number((process.hrtime.bigint() / 1000n) & 0xffffffffn);
}

const passed = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

const firstId = number('first-id');
const clients = Array.from({ length: number('streams') }, (_, index) => new Client(firstId + index));
for (let index = 0; index < number('slow'); index++) openSlow(firstId + clients.length + index);
const open = values.transport === 'ws' ? openPlain : openSocketIo;
const gapMs = number('ramp-ms') / clients.length;
const begunAt = performance.now();
for (const [index, client] of clients.entries()) {
  const dueIn = begunAt + index * gapMs - performance.now();
  if (dueIn > 1) await passed(dueIn);
  open(client);
}
await passed(number('settle-ms'));

const answeringAtWindow = clients.filter(({ answering, done }) => answering && !done).length;
const before = usage(pids('watch'));
const own = () => usage([process.pid, ...pids('own')]).cpuUs;
const othersBefore = machineBusyUs() - own() - before.cpuUs;
const windowAt = performance.now();
phase = 'window';
let rssKb = 0;
while (performance.now() < windowAt + number('window-ms')) {
  await passed(SAMPLE_MS);
  rssKb = Math.max(rssKb, usage(pids('watch')).rssKb);
}
phase = 'after';
const after = usage(pids('watch'));
const windowUs = Math.round((performance.now() - windowAt) * 1000);
const othersUs = Math.max(0, machineBusyUs() - own() - after.cpuUs - othersBefore);
const until = performance.now() + number('drain-ms');
while (clients.some(({ done }) => !done) && performance.now() < until) await passed(50);
const unfinished = clients.filter(({ done }) => !done).length;
phase = 'closing';

delays.sort(byValue);
firstTokens.sort(byValue);
gaps.sort(byValue);
console.log(
  JSON.stringify({
    windowUs,
    tokens: windowTokens,
    windowReplies,
    replies,
    answeringAtWindow,
    bad,
    unfinished,
    reconnects: 0,
    firstBad,
    nextId: firstId + clients.length + number('slow'),
    cpuUs: after.cpuUs - before.cpuUs,
    othersUs,
    rssKb,
    peakKb: after.peakKb,
    firstTokenP50Us: at(firstTokens, 0.5),
    firstTokenP99Us: at(firstTokens, 0.99),
    replyP50Us: 0,
    replyP99Us: 0,
    delayP50Us: at(delays, 0.5),
    delayP99Us: at(delays, 0.99),
    gapP99Us: at(gaps, 0.99),
  }),
);
process.exit();
