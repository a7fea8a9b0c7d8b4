import { beforeEach, describe, expect, it } from 'vitest';
import type { AppConfig } from '../../config/index.js';
import type { Principal } from '../../contracts/principal.js';
import { BEGIN } from './testing/begin-record.js';
import { Generation } from './generation.js';
import { GenerationRegistry } from './generation-registry.js';
import { GenerationsController } from './generations.controller.js';

const OWNER: Principal = { id: 'ada', tenant: 'acme', role: 'user', scopes: [] };
const FOREIGN: readonly (readonly [string, Principal])[] = [
  ['another user', { ...OWNER, id: 'bob' }],
  ['a user of the same name in another tenant', { ...OWNER, tenant: 'globex' }],
  ['an administrator of another tenant', { ...OWNER, id: 'root', tenant: 'globex', role: 'admin' }],
];

describe(GenerationsController.name, () => {
  let registry: GenerationRegistry;
  let controller: GenerationsController;

  beforeEach(() => {
    const streams = { logMaxBytes: 10_000, resumeTtlMs: 300_000 };
    registry = new GenerationRegistry({ streams } as AppConfig);
    controller = new GenerationsController(registry);
  });

  function add(id: string): Generation {
    const head = { id, created: 1, model: 'phi3', agent: undefined, choices: 1 };
    const begin = BEGIN;
    const generation = new Generation(head, OWNER, begin, (ended, outcome) =>
      registry.retire(ended, outcome),
    );
    registry.add(generation);
    return generation;
  }
  function errorOf(call: () => unknown): unknown {
    try {
      return call();
    } catch (error) {
      const { code, message } = error as { code: string; message: string };
      return { code, message: message.replace(/'.*'/, "'…'") };
    }
  }
  const NOT_FOUND = { code: 'generation_not_found', message: "No generation '…'." };

  it.each(FOREIGN)('answers %s as if there were nothing, running or ended', (_who, caller) => {
    const running = add('running');
    add('ended').cancel('cancelled');
    for (const id of ['running', 'ended', 'missing']) {
      expect(errorOf(() => controller.get(id, caller))).toEqual(NOT_FOUND);
      expect(errorOf(() => controller.cancel(id, caller))).toEqual(NOT_FOUND);
    }
    expect(running.ended).toBe(false);
  });

  it.each([
    ['its owner', OWNER],
    ['an administrator of its tenant', { ...OWNER, id: 'root', role: 'admin' as const }],
  ])('obeys %s', (_who, caller) => {
    const generation = add('one');
    expect(controller.get('one', caller)).toMatchObject({ id: 'one', status: 'running' });
    expect(controller.cancel('one', caller)).toEqual({ id: 'one', status: 'cancelled' });
    expect(generation.ended).toBe(true);
    expect(controller.get('one', caller)).toMatchObject({
      status: 'cancelled',
      error: { code: 'cancelled' },
    });
    expect(errorOf(() => controller.cancel('one', caller))).toHaveProperty('code', 'already_finished');
  });

  it('says that a generation has ended also while its outcome goes on record', () => {
    const head = { id: 'one', created: 1, model: 'phi3', agent: undefined, choices: 1 };
    const generation = new Generation(head, OWNER, BEGIN, () => undefined);
    registry.add(generation);
    generation.cancel('timeout');
    expect(errorOf(() => controller.cancel('one', OWNER))).toHaveProperty('code', 'already_finished');
  });

  it('repeats no more of an id than is sensible', () => {
    expect(() => controller.get('x'.repeat(10_000), OWNER)).toThrow(`No generation '${'x'.repeat(100)}'.`);
  });
});
