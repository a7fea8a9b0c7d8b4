import { describe, expect, it } from 'vitest';
import type { Generation, GenerationRegistry } from '../generation/index.js';
import { StreamService } from './stream.service.js';

interface Faked {
  readonly stream?: boolean;
  readonly ended?: boolean;
}

/** A generation as far as the service looks at it. */
function fake(id: string, { stream = true, ended = false }: Faked = {}) {
  const cancelled: string[] = [];
  const generation = {
    id,
    head: { agent: 'travel', model: 'phi3' },
    durationMs: 7,
    begin: { stream },
    ended,
    cancelled,
    cancel(reason: string): boolean {
      if (generation.ended) return false;
      generation.ended = true;
      cancelled.push(reason);
      return true;
    },
  };
  return generation;
}

const serviceOf = (...all: ReturnType<typeof fake>[]) => {
  const registry = { all: all as unknown as Generation[] } as GenerationRegistry;
  return new StreamService({} as never, {} as never, {} as never, registry);
};

describe(StreamService.name, () => {
  const whole = () => fake('whole', { stream: false });
  const over = () => fake('over', { ended: true });

  describe('getActiveStreamCount', () => {
    it('counts the streams that run, and nothing else', () => {
      expect(serviceOf(fake('a'), whole(), over(), fake('b')).getActiveStreamCount()).toBe(2);
      expect(serviceOf().getActiveStreamCount()).toBe(0);
    });
  });

  describe('getActiveStreams', () => {
    it('tells what each of them is', () => {
      expect(serviceOf(whole(), fake('a'), over()).getActiveStreams()).toEqual([
        { generationId: 'a', agent: 'travel', model: 'phi3', durationMs: 7 },
      ]);
    });
  });

  describe('cancelAllStreams', () => {
    it('stops every stream that runs, and says how many it stopped', () => {
      const [first, second, other] = [fake('a'), fake('b'), whole()];
      const service = serviceOf(first, other, second, over());
      expect(service.cancelAllStreams()).toBe(2);
      expect([first.cancelled, second.cancelled, other.cancelled]).toEqual([
        ['cancelled'],
        ['cancelled'],
        [],
      ]);
      expect([service.getActiveStreamCount(), service.cancelAllStreams()]).toEqual([0, 0]);
    });
  });
});
