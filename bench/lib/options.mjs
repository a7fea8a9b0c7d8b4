import { parseArgs } from 'node:util';
import { GATEWAY_NAMES } from './gateways.mjs';
import { SCENARIOS } from './scenarios.mjs';

/**
 * @typedef {object} Options
 * @property {number} rounds
 * @property {string[]} scenarios
 * @property {string[]} gateways
 * @property {boolean} quick
 * @property {'base64' | 'float'} encoding
 * @property {number} patienceMs
 * @property {boolean} check
 * @property {boolean} writeDocs
 */

const USAGE = `node bench/run.mjs [options]
  --rounds N              interleaved rounds, medians are taken (default 4)
  --only a,b              scenarios: ${SCENARIOS.map(({ name }) => name).join(', ')}
  --gateways a,b          ${GATEWAY_NAMES.join(', ')}
  --quick                 one round with short windows: a smoke test, not a measurement
  --encoding X            vectors as base64 (default) or float
  --patience N            wait up to N seconds before each measurement for a quiet machine (default 5)
  --check                 exit with 1 when a floor is missed or could not be measured
  --write-docs            write the results into docs/benchmarks.md
  --help`;

/** @returns {Options} what the command line asks for; ends the process on --help and on a mistake. */
export function readOptions() {
  const { values } = parse();
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const quick = values.quick ?? false;
  const rounds = Number(values.rounds ?? (quick ? 1 : 4));
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 20) refuse('--rounds takes a number from 1 to 20');
  const patience = Number(values.patience ?? 5);
  if (!(patience >= 0 && patience <= 600)) refuse('--patience takes seconds, 0 to 600');
  const encoding = values.encoding ?? 'base64';
  if (encoding !== 'base64' && encoding !== 'float') refuse('--encoding takes base64 or float');
  return {
    rounds,
    encoding,
    patienceMs: patience * 1000,
    quick,
    scenarios: choose(
      '--only',
      values.only,
      SCENARIOS.map(({ name }) => name),
    ),
    gateways: choose('--gateways', values.gateways, GATEWAY_NAMES),
    check: values.check ?? false,
    writeDocs: values['write-docs'] ?? false,
  };
}

function parse() {
  try {
    return parseArgs({
      options: {
        rounds: { type: 'string' },
        only: { type: 'string' },
        gateways: { type: 'string' },
        patience: { type: 'string' },
        encoding: { type: 'string' },
        quick: { type: 'boolean' },
        check: { type: 'boolean' },
        'write-docs': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    return refuse(/** @type {Error} */ (error).message);
  }
}

/**
 * @param {string} option
 * @param {string | undefined} value
 * @param {string[]} known
 */
function choose(option, value, known) {
  if (value === undefined) return known;
  const wanted = value.split(',').filter(Boolean);
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown || wanted.length === 0) refuse(`${option} knows ${known.join(', ')}`);
  return known.filter((name) => wanted.includes(name));
}

/**
 * @param {string} message
 * @returns {never}
 */
function refuse(message) {
  console.error(`${message}\n\n${USAGE}`);
  process.exit(2);
}
