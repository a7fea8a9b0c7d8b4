import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lifecycle } from '../../src/common/lifecycle.js';
import { NOT_SEEN_YET } from '../../src/modules/health/health-part.js';
import { DatabaseSource } from '../../src/modules/health/sources/database.source.js';
import { RedisSource } from '../../src/modules/health/sources/redis.source.js';
import { BackendProbe } from '../../src/modules/models/index.js';
import type { ProcessEnv } from '../../src/config/index.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama().listen();
  gateway = await createGateway({ OLLAMA_URL: ollama.origin });
});

afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

async function ask(
  path: string,
  { url } = gateway,
): Promise<{ status: number; body: Record<string, never> }> {
  const response = await fetch(url + path);
  return { status: response.status, body: (await response.json()) as Record<string, never> };
}

async function withGateway(env: ProcessEnv, act: (gateway: TestGateway) => Promise<void>): Promise<void> {
  const other = await createGateway(env);
  try {
    await look(other);
    await act(other);
  } finally {
    await other.close();
  }
}

/** On a busy machine the look at the start may have come too late. */
async function look({ app } = gateway): Promise<void> {
  await app.get(BackendProbe).look();
  const sources = [app.get(RedisSource), app.get(DatabaseSource)];
  await eventually(() => sources.every(({ parts }) => parts[0]?.report !== NOT_SEEN_YET));
}

describe('GET /health', () => {
  it('says how the gateway and its parts are', async () => {
    await look();
    const { status, body } = await ask('/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'ok',
      service: 'citadel-gateway',
      services: {
        sql_database: {
          status: 'healthy',
          database: { database: 'memory', user: 'test' },
          connection_pool: { size: 1, max_size: 1 },
        },
        redis: { status: 'disabled' },
        ollama: { status: 'healthy', version: '0.33.3' },
        backends: { simulator: { status: 'healthy' } },
      },
      sse_enabled: true,
      version: expect.any(String),
    });
    expect(Object.keys(body)).toEqual(
      expect.arrayContaining(['websocket_enabled', 'memory', 'timestamp', 'uptime']),
    );
  });

  it('names the real database, its user and its connections', async () => {
    const other = await createGateway({ OLLAMA_URL: ollama.origin }, 'database');
    const { body } = await eventually(
      () => ask('/health', other),
      ({ body: said }) => JSON.stringify(said.services).includes('"user"'),
    );
    expect(body.services).toMatchObject({
      sql_database: {
        status: 'healthy',
        database: { database: expect.any(String), user: expect.any(String) },
        connection_pool: { size: expect.any(Number), max_size: expect.any(Number) },
      },
    });
    await other.close();
  }, 60_000);

  it('speaks for the streaming API when that is meant', async () => {
    const { status, body } = await ask('/health?profile=streaming-api');
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'healthy', service: 'streaming-api', sse_enabled: true });
  });

  it('tells callers from other networks no names, versions or reasons', () =>
    withGateway({ OLLAMA_URL: ollama.origin, TRUSTED_NETWORKS: '10.0.0.0/8' }, async (other) => {
      const { status, body } = await ask('/health', other);
      expect(status).toBe(200);
      expect(body.services).toEqual({
        sql_database: { status: 'healthy' },
        redis: { status: 'disabled' },
        audit: { status: 'healthy' },
        ollama: { status: 'healthy' },
        backends: { simulator: { status: 'healthy' } },
      });
    }));

  it('degrades while Ollama is away, never running a model to find out', async () => {
    await withGateway({ OLLAMA_URL: 'http://127.0.0.1:1' }, async (other) => {
      const { status, body } = await ask('/health', other);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        status: 'degraded',
        services: { ollama: { status: 'unhealthy', error: expect.any(String) } },
      });
    });
    expect(ollama.requests.every(({ method }) => method === 'GET' || method === 'HEAD')).toBe(true);
  });

  it('says that the simulator stands in for an absent Ollama, and degrades', () =>
    withGateway({ CITADEL_ENV: 'development', OLLAMA_URL: '' }, async (other) => {
      const probe = other.app.get(BackendProbe);
      // Somebody may run an Ollama on this machine.
      if (probe.status('ollama')?.health.reachable) return;
      const { status, body } = await ask('/health', other);
      expect(status).toBe(200);
      expect(body).toMatchObject({ status: 'degraded', services: { ollama: { status: 'simulated' } } });
    }));

  it('answers at once while Ollama is frozen', async () => {
    const frozen = await new FakeOllama().listen();
    await withGateway({ OLLAMA_URL: frozen.origin }, async (other) => {
      const gate = frozen.freeze();
      const startedAt = performance.now();
      expect((await ask('/health', other)).status).toBe(200);
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      await other.app.get(BackendProbe).look();
      expect((await ask('/health', other)).body).toMatchObject({ status: 'degraded' });
      gate.open();
    });
    await frozen.close();
  });

  it('says how Redis is away, and costs nothing by it', () =>
    withGateway({ OLLAMA_URL: ollama.origin, REDIS_URL: 'redis://127.0.0.1:1/0' }, async (other) => {
      const { body } = await eventually(
        () => ask('/health', other),
        ({ body: said }) => JSON.stringify(said).includes('ECONNREFUSED'),
      );
      expect(body).toMatchObject({
        status: 'degraded',
        services: { redis: { status: 'unhealthy', error: 'ECONNREFUSED' } },
      });
      expect(await ask('/ready', other)).toEqual({
        status: 200,
        body: { status: 'degraded', degraded: ['redis'], missing: {} },
      });
    }));
});

describe('GET /live', () => {
  it('answers as long as there is a process, also to strangers', async () => {
    expect(await ask('/live')).toEqual({ status: 200, body: { status: 'ok' } });
    await withGateway({ TRUSTED_NETWORKS: '[]', OLLAMA_URL: 'http://127.0.0.1:1' }, async (other) => {
      expect(await ask('/live', other)).toEqual({ status: 200, body: { status: 'ok' } });
    });
  });
});

describe('GET /ready', () => {
  it('is 200 while the gateway takes work', async () => {
    await look();
    expect(await ask('/ready')).toEqual({ status: 200, body: { status: 'ok', degraded: [], missing: {} } });
  });

  it('names a model server it does without', () =>
    withGateway({ OLLAMA_URL: 'http://127.0.0.1:1' }, async (other) => {
      expect(await ask('/ready', other)).toEqual({
        status: 200,
        body: { status: 'degraded', degraded: ['ollama'], missing: {} },
      });
    }));

  it('is 503 as soon as the gateway is told to stop, while /live and /health stay 200', () =>
    withGateway({ OLLAMA_URL: ollama.origin }, async (other) => {
      other.app.get(Lifecycle).drain();
      expect(await ask('/ready', other)).toEqual({
        status: 503,
        body: { status: 'unavailable', degraded: [], missing: { gateway: 'it is shutting down' } },
      });
      expect((await ask('/live', other)).status).toBe(200);
      expect((await ask('/health', other)).status).toBe(200);
    }));
});

describe('the OpenAPI document', () => {
  it('describes every field of these answers', async () => {
    const { body } = await ask('/openapi.json');
    const { paths, components } = body as unknown as {
      paths: Record<string, unknown>;
      components: { schemas: Record<string, { properties: Record<string, { description?: string }> }> };
    };
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/health', '/live', '/ready', '/metrics']));
    for (const name of [
      'HealthDto',
      'ReadinessDto',
      'LivenessDto',
      'ServicesDto',
      'MemoryDto',
      'RedisHealthDto',
    ]) {
      for (const [field, schema] of Object.entries(components.schemas[name]?.properties ?? { missing: {} })) {
        expect(schema.description, `${name}.${field}`).toBeTruthy();
      }
    }
  });
});
