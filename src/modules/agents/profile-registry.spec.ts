import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../common/errors/gateway.error.js';
import type { RoutingTable } from '../models/index.js';
import { ProfileRegistry } from './profile-registry.js';
import { PROFILES } from './profiles/profiles.js';

const registry = (profiles = {}) =>
  new ProfileRegistry(
    PROFILES.map((Profile) => new Profile()),
    {
      current: { profiles },
      demand: (check: (routing: object) => void) => check({ profiles }),
    } as unknown as RoutingTable,
  );

describe(ProfileRegistry.name, () => {
  it.each([
    ['voice', { chunkSize: 1, timeoutMs: 30_000, bufferSize: 50, flushMs: 0 }],
    ['copilot', { chunkSize: 5, timeoutMs: 60_000, bufferSize: 200, flushMs: 100 }],
    ['gui', { chunkSize: 10, timeoutMs: 120_000, bufferSize: 500, flushMs: 250 }],
    ['generic', { chunkSize: 1, timeoutMs: 600_000, bufferSize: 500, flushMs: 0 }],
    ['smooth', { chunkSize: 64, timeoutMs: 600_000, bufferSize: 500, flushMs: 200 }],
  ])('knows %s with its own numbers', (name, settings) => {
    const found = registry().get(name);
    expect(found.profile.name).toBe(name);
    expect(found.settings).toEqual(settings);
  });

  it('lets the configuration replace single numbers', () => {
    const { settings } = registry({ gui: { chunkSize: 4 } }).get('gui');
    expect(settings).toEqual({ chunkSize: 4, timeoutMs: 120_000, bufferSize: 500, flushMs: 250 });
  });

  it('refuses numbers for a profile that does not exist', () => {
    expect(() => registry({ gui: { chunkSize: 4 } }).onModuleInit()).not.toThrow();
    expect(() => registry({ voic: { chunkSize: 4 } }).onModuleInit()).toThrow(
      'the unknown profile voic; there are voice, copilot, gui, generic, smooth',
    );
  });

  it.each(['nope', '', 'GUI', 'constructor', '__proto__'])('refuses %j and says what there is', (name) => {
    expect(registry().find(name)).toBeUndefined();
    const refusal = expect.objectContaining({
      code: 'invalid_value',
      param: 'X-Stream-Profile',
      message: expect.stringContaining('voice, copilot, gui, generic, smooth') as string,
    }) as GatewayError;
    expect(() => registry().get(name, 'X-Stream-Profile')).toThrow(refusal);
  });
});
