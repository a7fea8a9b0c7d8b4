import { Test } from '@nestjs/testing';
import { TerminusModule } from '@nestjs/terminus';
import { beforeEach, describe, expect, it } from 'vitest';
import { AppConfig, loadConfig } from '../../config/index.js';
import { HealthChecks } from './health-checks.js';
import { HealthSources, type HealthPart } from './health-part.js';
import { HealthService } from './health.service.js';

const WELL: readonly HealthPart[] = [
  { name: 'gateway', report: { status: 'healthy' } },
  { name: 'sql_database', report: { status: 'healthy', database: { database: 'citadel', user: 'canary' } } },
  { name: 'audit', report: { status: 'healthy', written: 1 } },
  { name: 'redis', report: { status: 'disabled' } },
  { name: 'ollama', report: { status: 'healthy', version: 'canary' } },
  { name: 'backends/lab', report: { status: 'healthy', version: 'canary' } },
];

let parts: readonly HealthPart[];
let service: HealthService;

const withPart = (changed: HealthPart) => WELL.map((part) => (part.name === changed.name ? changed : part));
const health = (question: Partial<Parameters<HealthService['health']>[0]> = {}) =>
  service.health({ asStreamingApi: false, inFull: true, ...question });

beforeEach(async () => {
  parts = WELL;
  const source = { get parts() { return parts; }, refresh: () => Promise.resolve() }; // prettier-ignore
  const module = await Test.createTestingModule({
    imports: [TerminusModule.forRoot({ logger: false })],
    providers: [
      HealthChecks,
      HealthService,
      { provide: AppConfig, useValue: loadConfig({ CITADEL_ENV: 'test' }) },
      { provide: HealthSources, useValue: [source] },
    ],
  }).compile();
  service = module.get(HealthService);
});

describe(HealthService.name, () => {
  describe('health', () => {
    it('puts the parts together; what is not configured does not degrade', async () => {
      expect(await health()).toEqual({
        status: 'ok',
        service: 'citadel-gateway',
        services: {
          sql_database: { status: 'healthy', database: { database: 'citadel', user: 'canary' } },
          redis: { status: 'disabled' },
          ollama: { status: 'healthy', version: 'canary' },
          audit: { status: 'healthy', written: 1 },
          backends: { lab: { status: 'healthy', version: 'canary' } },
        },
        websocket_enabled: true,
        sse_enabled: true,
        memory: {
          rss: expect.any(Number),
          heapUsed: expect.any(Number),
          heapTotal: expect.any(Number),
          external: expect.any(Number),
          system: { total: expect.any(Number), free: expect.any(Number) },
        },
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        version: expect.any(String),
        uptime: expect.any(Number),
      });
    });

    it.each<HealthPart>([
      { name: 'redis', report: { status: 'unhealthy', error: 'ECONNREFUSED' } },
      { name: 'ollama', report: { status: 'simulated' } },
      { name: 'backends/lab', report: { status: 'unhealthy', error: 'no answer' } },
      {
        name: 'sql_database',
        report: { status: 'unhealthy', error: 'ECONNREFUSED' },
        blocks: 'the journal is full',
      },
    ])('is degraded, and no worse, while $name is $report.status', async (part) => {
      parts = withPart(part);
      const { status, services } = await health();
      expect(status).toBe('degraded');
      expect(JSON.stringify(services)).toContain(JSON.stringify(part.report));
    });

    it('is healthy in the words of the streaming API', async () => {
      parts = withPart({ name: 'ollama', report: { status: 'simulated' } });
      expect(await health({ asStreamingApi: true })).toMatchObject({
        status: 'healthy',
        service: 'streaming-api',
      });
    });

    it('tells strangers no user, no version and no exception', async () => {
      parts = withPart({ name: 'redis', report: { status: 'unhealthy', error: 'canary' } });
      const { services } = await health({ inFull: false });
      expect(JSON.stringify(services)).not.toContain('canary');
      expect(services).toEqual({
        sql_database: { status: 'healthy' },
        redis: { status: 'unhealthy', error: 'unavailable' },
        ollama: { status: 'healthy' },
        audit: { status: 'healthy' },
        backends: { lab: { status: 'healthy' } },
      });
    });
  });

  describe('readiness', () => {
    it('is ok when all is well', async () => {
      expect(await service.readiness()).toEqual({ status: 'ok', degraded: [], missing: {} });
    });

    it('names what the gateway does without', async () => {
      parts = withPart({ name: 'redis', report: { status: 'unhealthy', error: 'x' } });
      expect(await service.readiness()).toEqual({ status: 'degraded', degraded: ['redis'], missing: {} });
    });

    it('names what keeps it from its work', async () => {
      parts = withPart({ name: 'gateway', report: { status: 'healthy' }, blocks: 'it is shutting down' });
      expect(await service.readiness()).toEqual({
        status: 'unavailable',
        degraded: [],
        missing: { gateway: 'it is shutting down' },
      });
    });
  });
});
