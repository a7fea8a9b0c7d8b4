import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PinoLogger } from './pino-logger.js';

const CANARY = 'canary-4f1d9c';
let lines: string[];

const logger = (level: 'info' | 'debug' = 'info') =>
  new PinoLogger(level, { write: (line) => lines.push(line) });
const written = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

beforeEach(() => {
  lines = [];
});

describe(PinoLogger.name, () => {
  afterEach(() => Logger.overrideLogger(false));

  it('writes one JSON object a line, with time, level and context', () => {
    logger().log('ready', 'Start');
    expect(lines[0]).toMatch(/\n$/);
    expect(written()).toMatchObject([
      { level: 'info', context: 'Start', msg: 'ready', time: expect.any(String) },
    ]);
  });

  it('takes fields before the text, as pino does, through the logger of Nest', () => {
    Logger.overrideLogger(logger());
    new Logger('Backends').warn({ backend: 'ollama' }, 'it is away');
    expect(written()).toMatchObject([
      { level: 'warn', context: 'Backends', backend: 'ollama', msg: 'it is away' },
    ]);
  });

  it('keeps the stack of an error', () => {
    Logger.overrideLogger(logger());
    new Logger('Errors').error({ err: new Error('broken') }, 'failed');
    expect(written()).toMatchObject([
      { level: 'error', err: { message: 'broken', stack: expect.stringContaining('spec') }, msg: 'failed' },
    ]);
  });

  it('tells of every module and route Nest finds at the level debug only', () => {
    for (const context of ['InstanceLoader', 'RouterExplorer', 'RoutesResolver', 'NestFactory']) {
      logger().log('chatter', context);
    }
    expect(lines).toEqual([]);
    logger('debug').log('chatter', 'InstanceLoader');
    expect(written()).toMatchObject([{ level: 'debug', msg: 'chatter' }]);
  });

  it('lets no secret out, wherever it stands', () => {
    const log = logger();
    log.log(
      { headers: { authorization: `Bearer ${CANARY}`, cookie: CANARY, 'x-api-key': CANARY } },
      'text',
      'Context',
    );
    log.error(Object.assign(new Error(`api_key=${CANARY}`), { password: CANARY }), 'stack', 'Context');
    log.error(`Authorization: Bearer ${CANARY}`, `stack with password=${CANARY}`, 'Context');
    log.warn(
      { err: Object.assign(new Error('x'), { command: { args: [CANARY] } }) },
      `token: ${CANARY}`,
      'Context',
    );
    expect(lines).toHaveLength(4);
    expect(lines.join('')).not.toContain(CANARY);
  });
});
