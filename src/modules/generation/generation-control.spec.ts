import { beforeEach, describe, expect, it } from 'vitest';
import type { AppConfig } from '../../config/index.js';
import type { Principal } from '../../contracts/principal.js';
import { BEGIN } from './testing/begin-record.js';
import { Generation } from './generation.js';
import { GenerationRegistry } from './generation-registry.js';
import { GenerationControl } from './generation-control.js';
import { NoReplicas } from './replicas/replicas.js';

const OWNER: Principal = { id: 'ada', tenant: 'acme', role: 'user', scopes: [] };
const FOREIGN: readonly (readonly [string, Principal])[] = [
  ['another user', { ...OWNER, id: 'bob' }],
  ['a user of the same name in another tenant', { ...OWNER, tenant: 'globex' }],
  ['an administrator of another tenant', { ...OWNER, id: 'root', tenant: 'globex', role: 'admin' }],
];

describe(GenerationControl.name, () => {
  let registry: GenerationRegistry;
  let control: GenerationControl;

  beforeEach(() => {
    const streams = { logMaxBytes: 10_000, resumeTtlMs: 300_000 };
    registry = new GenerationRegistry({ streams } as AppConfig);
    control = new GenerationControl(registry, new NoReplicas());
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
  const errorOf = (call: Promise<unknown>): Promise<unknown> =>
    call.catch((error: { code: string; message: string }) => ({
      code: error.code,
      message: error.message.replace(/'.*'/, "'…'"),
    }));
  const NOT_FOUND = { code: 'generation_not_found', message: "No generation '…'." };

  it.each(FOREIGN)('answers %s as if there were nothing, running or ended', async (_who, caller) => {
    const running = add('running');
    add('ended').cancel('cancelled');
    for (const id of ['running', 'ended', 'missing']) {
      expect(await errorOf(control.status(id, caller))).toEqual(NOT_FOUND);
      expect(await errorOf(control.cancel(id, caller))).toEqual(NOT_FOUND);
    }
    expect(running.ended).toBe(false);
  });

  it.each([
    ['its owner', OWNER],
    ['an administrator of its tenant', { ...OWNER, id: 'root', role: 'admin' as const }],
  ])('obeys %s', async (_who, caller) => {
    const generation = add('one');
    expect(await control.status('one', caller)).toMatchObject({ id: 'one', status: 'running' });
    await control.cancel('one', caller);
    expect(generation.ended).toBe(true);
    expect(await control.status('one', caller)).toMatchObject({
      status: 'cancelled',
      error: { code: 'cancelled' },
    });
    expect(await errorOf(control.cancel('one', caller))).toHaveProperty('code', 'already_finished');
  });

  it('says that a generation has ended also while its outcome goes on record', async () => {
    const head = { id: 'one', created: 1, model: 'phi3', agent: undefined, choices: 1 };
    const generation = new Generation(head, OWNER, BEGIN, () => undefined);
    registry.add(generation);
    generation.cancel('timeout');
    expect(await errorOf(control.cancel('one', OWNER))).toHaveProperty('code', 'already_finished');
  });

  it('repeats no more of an id than is sensible', async () => {
    await expect(control.status('x'.repeat(10_000), OWNER)).rejects.toThrow(
      `No generation '${'x'.repeat(100)}'.`,
    );
  });
});
