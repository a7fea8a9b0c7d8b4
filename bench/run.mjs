import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { measureWrites } from './lib/audit-writes.mjs';
import { createBenchDatabase, dropLeftDatabases } from './lib/bench-database.mjs';
import { writeDocumentation } from './lib/documentation.mjs';
import { describeEnvironment } from './lib/environment.mjs';
import { GATEWAYS, installPeers } from './lib/gateways.mjs';
import { measureMachineSpeed } from './lib/machine-speed.mjs';
import { measure, setBackend, warmUp } from './lib/measure.mjs';
import { readOptions } from './lib/options.mjs';
import {
  LOAD_CPU,
  findFreePort,
  killAllAtExit,
  startOnCpu,
  waitForQuiet,
  waitUntilReady,
} from './lib/processes.mjs';
import { FAKE_BACKEND, buildPrograms } from './lib/programs.mjs';
import { writeReport } from './lib/report.mjs';
import { Results } from './lib/results.mjs';
import { SCENARIOS, encode, shorten } from './lib/scenarios.mjs';
import { judge } from './lib/targets.mjs';

/** @typedef {import('./lib/gateways.mjs').RunningGateway} RunningGateway */

const options = readOptions();
const scenarios = SCENARIOS.filter(({ name }) => options.scenarios.includes(name))
  .map((scenario) => encode(scenario, options.encoding))
  .map((scenario) => (options.quick ? shorten(scenario) : scenario));
const results = new Results();

killAllAtExit(dropLeftDatabases);
buildPrograms();
if (options.gateways.includes('portkey')) installPeers();
await dropLeftDatabases();
const gateways = chooseGateways();
const database = await probeDatabase();
const parseUs = measureMachineSpeed();
const backendPort = await startBackend();
const problem = await measureAll().catch((/** @type {Error} */ error) => error);
await dropLeftDatabases();
if (problem) throw problem;
process.exitCode = conclude();
// The backend still runs: ending it is left to the exit.
process.exit();

/** Those that a scenario asks for and this machine has. */
function chooseGateways() {
  return GATEWAYS.filter((gateway) => {
    if (!scenarios.some((scenario) => scenario.gateways.includes(gateway.name))) return false;
    const reason = options.gateways.includes(gateway.name) ? gateway.whyNot() : 'not asked for';
    if (reason) console.error(`${gateway.name} is left out: ${reason}`);
    return !reason;
  });
}

async function probeDatabase() {
  const probe = await createBenchDatabase();
  await probe?.drop();
  return probe ? 'PostgreSQL on the same machine' : 'embedded database';
}

async function startBackend() {
  const port = await findFreePort();
  const backend = startOnCpu(LOAD_CPU, [FAKE_BACKEND, String(port)]);
  await waitUntilReady(`http://127.0.0.1:${port}/api/version`, backend);
  setBackend(backend.pid);
  return port;
}

/** One process of each gateway serves all scenarios that do not ask for a fresh one. */
async function measureAll() {
  /** @type {Map<string, RunningGateway>} */
  const lasting = new Map();
  try {
    for (const gateway of gateways) {
      const isAsked = scenarios.some(({ fresh, gateways: asked }) => !fresh && asked.includes(gateway.name));
      if (isAsked) lasting.set(gateway.name, await startWarm(gateway));
    }
    for (let round = 1; round <= options.rounds; round++) await measureRound(round, lasting);
  } finally {
    for (const gateway of lasting.values()) await gateway.stop();
  }
}

/**
 * @param {number} round
 * @param {Map<string, RunningGateway>} lasting
 */
async function measureRound(round, lasting) {
  for (const scenario of scenarios) {
    if (scenario.writes) await measureRecording(round, scenario);
    for (const gateway of gateways) {
      if (!scenario.gateways.includes(gateway.name)) continue;
      await waitForQuiet(options.patienceMs);
      const running = scenario.fresh ? undefined : lasting.get(gateway.name);
      const sample = running ? await measure(scenario, running) : await measureFresh(scenario, gateway);
      results.add(scenario.name, gateway.name, sample);
      progress(round, scenario.name, gateway.name, sample);
    }
  }
}

/**
 * @param {number} round
 * @param {import('./lib/scenarios.mjs').Scenario} scenario
 */
async function measureRecording(round, { name, load }) {
  await waitForQuiet(options.patienceMs);
  const ways = await measureWrites(load);
  if (ways.length === 0) console.error(`${name} is left out: it needs a PostgreSQL server`);
  for (const { way, sample } of ways) {
    results.add(name, way, sample);
    progress(round, name, way, sample);
  }
}

/** @param {import('./lib/gateways.mjs').Gateway} gateway */
async function startWarm(gateway) {
  const running = await gateway.start(backendPort);
  if (gateway.name !== 'direct') await warmUp(running, options.quick ? 1 : undefined);
  return running;
}

/**
 * @param {import('./lib/scenarios.mjs').Scenario} scenario
 * @param {import('./lib/gateways.mjs').Gateway} gateway
 */
async function measureFresh(scenario, gateway) {
  const running = await gateway.start(backendPort);
  try {
    return await measure(scenario, running);
  } finally {
    await running.stop();
  }
}

/**
 * @param {number} round
 * @param {string} scenario
 * @param {string} gateway
 * @param {import('./lib/measure.mjs').Sample} sample
 */
function progress(round, scenario, gateway, { tokensPerSecond, cpuUsPerToken, client }) {
  const bad = client.bad ? `  BAD ${client.bad}: ${client.firstBad}` : '';
  const unit = SCENARIOS.find(({ name }) => name === scenario)?.unit ?? 'token';
  console.error(
    `${round}/${options.rounds} ${scenario.padEnd(13)} ${gateway.padEnd(8)} ${Math.round(tokensPerSecond)} ${unit}s/s, ${cpuUsPerToken.toFixed(2)} µs/${unit}${bad}`,
  );
}

/** Prints and stores the results; returns the exit code. */
function conclude() {
  const judgements = judge(results);
  const environment = describeEnvironment(options, database, results, parseUs);
  const report = writeReport({ environment, scenarios, results, judgements });
  console.log(`\n${report}\n`);
  const directory = fileURLToPath(new URL('./results/', import.meta.url));
  mkdirSync(directory, { recursive: true });
  const file = `${directory}${new Date().toISOString().replaceAll(':', '-')}.json`;
  writeFileSync(
    file,
    JSON.stringify({ environment, options, targets: judgements, samples: results }, null, 2),
  );
  console.error(`Stored in ${file}`);
  if (options.writeDocs) writeDocumentation(report);
  const failed = judgements.filter(({ verdict }) => verdict === 'missed' || verdict === 'not measured');
  return options.check && failed.length > 0 ? 1 : 0;
}
