import type { Provider } from '@nestjs/common';
import { makeCounterProvider, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { Counter, Gauge, type Registry } from 'prom-client';
import { AppConfig } from '../../config/index.js';
import { DatabaseHealth } from '../../infrastructure/database/index.js';
import { LoadMonitor } from '../../infrastructure/load/index.js';
import { RedisHealth } from '../../infrastructure/redis/index.js';
import { ChainStatus, JournalStatus } from '../audit/index.js';
import { BackendDirectory, BackendProbe } from '../models/index.js';
import { OpenStreams } from './open-streams.js';

const BREAKER_STATES = { closed: 0, 'half-open': 1, open: 2 } as const;

/** What others know anyway, read when somebody asks for it. */
export function toStateMetricProviders(registry: Registry): Provider[] {
  const registers = [registry];
  return [
    makeGaugeProvider({
      name: 'citadel_build_info',
      help: 'Always 1; the labels say what runs.',
      labelNames: ['version', 'environment'],
      registers,
      inject: [AppConfig],
      collect(this: Gauge, { project, environment }: AppConfig) {
        this.set({ version: project.version, environment }, 1);
      },
    }),
    makeGaugeProvider({
      name: 'citadel_streaming_connections_active',
      help: 'Streamed generations that run, by streaming profile.',
      labelNames: ['agent_type'],
      registers,
      inject: [OpenStreams],
      collect(this: Gauge, { byProfile }: OpenStreams) {
        for (const [profile, count] of byProfile) this.set({ agent_type: profile }, count);
      },
    }),
    makeGaugeProvider({
      name: 'stream_sessions_active',
      help: 'Streamed generations that run, by agent.',
      labelNames: ['agent'],
      registers,
      inject: [OpenStreams],
      collect(this: Gauge, { byAgent }: OpenStreams) {
        for (const [agent, count] of byAgent) this.set({ agent }, count);
      },
    }),
    makeGaugeProvider({
      name: 'citadel_backend_up',
      help: 'Whether a model server answered when it was last probed.',
      labelNames: ['backend'],
      registers,
      inject: [BackendDirectory, BackendProbe],
      collect(this: Gauge, directory: BackendDirectory, probe: BackendProbe) {
        this.reset();
        for (const { backend } of directory.gates) {
          const isUp = probe.isUp(backend.name);
          if (isUp !== undefined) this.set({ backend: backend.name }, isUp ? 1 : 0);
        }
      },
    }),
    makeGaugeProvider({
      name: 'citadel_backend_breaker_state',
      help: 'Circuit breaker of a model server: 0 closed, 1 half-open, 2 open.',
      labelNames: ['backend'],
      registers,
      inject: [BackendDirectory],
      collect(this: Gauge, directory: BackendDirectory) {
        this.reset();
        for (const { backend, breaker } of directory.gates) {
          this.set({ backend: backend.name }, BREAKER_STATES[breaker.state]);
        }
      },
    }),
    makeGaugeProvider({
      name: 'citadel_redis_up',
      help: 'Whether Redis is there and takes what it is given; 0 also where none is configured.',
      registers,
      inject: [RedisHealth],
      collect(this: Gauge, { isUp }: RedisHealth) {
        this.set(isUp ? 1 : 0);
      },
    }),
    makeGaugeProvider({
      name: 'citadel_database_up',
      help: 'Whether the database answered, and could be written to, when it was last asked.',
      registers,
      inject: [DatabaseHealth],
      collect(this: Gauge, { isUp }: DatabaseHealth) {
        this.set(isUp ? 1 : 0);
      },
    }),
    makeGaugeProvider({
      name: 'citadel_overloaded',
      help: 'Whether new generations are refused because the process is at its limit.',
      registers,
      inject: [LoadMonitor],
      collect(this: Gauge, { overloaded }: LoadMonitor) {
        this.set(overloaded ? 1 : 0);
      },
    }),
    makeCounterProvider({
      name: 'citadel_requests_shed_total',
      help: 'Requests refused because the process was at its limit.',
      registers,
      inject: [LoadMonitor],
      collect(this: Counter, { refused }: LoadMonitor) {
        setTo(this, refused);
      },
    }),
    makeGaugeProvider({
      name: 'citadel_audit_pending',
      help: 'Generations that wait to be put on record.',
      registers,
      inject: [JournalStatus],
      collect(this: Gauge, journal: JournalStatus) {
        this.set(journal.stats().pending);
      },
    }),
    makeGaugeProvider({
      name: 'citadel_audit_lag_seconds',
      help: 'For how long the oldest of them has waited.',
      registers,
      inject: [JournalStatus],
      collect(this: Gauge, journal: JournalStatus) {
        this.set(journal.stats().lagMs / 1000);
      },
    }),
    makeGaugeProvider({
      name: 'citadel_audit_spool_bytes',
      help: 'Size of the files in which records wait for the database.',
      registers,
      inject: [JournalStatus],
      collect(this: Gauge, journal: JournalStatus) {
        this.set(journal.stats().spoolBytes);
      },
    }),
    makeGaugeProvider({
      name: 'citadel_audit_room',
      help: 'Whether another generation could be put on record; 0 where the spool, or its disk, is full.',
      registers,
      inject: [JournalStatus],
      collect(this: Gauge, journal: JournalStatus) {
        this.set(journal.stats().hasRoom ? 1 : 0);
      },
    }),
    makeGaugeProvider({
      name: 'citadel_audit_chains_broken',
      help: 'Chains that are not what was signed of them.',
      registers,
      inject: [ChainStatus],
      collect(this: Gauge, { stats }: ChainStatus) {
        this.set(stats.broken.size);
      },
    }),
    makeCounterProvider({
      name: 'citadel_audit_checkpoints_total',
      help: 'Signed checkpoints of chains.',
      registers,
      inject: [ChainStatus],
      collect(this: Counter, { stats }: ChainStatus) {
        setTo(this, stats.written);
      },
    }),
    makeCounterProvider({
      name: 'citadel_audit_written_total',
      help: 'Generations that were put on record.',
      registers,
      inject: [JournalStatus],
      collect(this: Counter, journal: JournalStatus) {
        setTo(this, journal.stats().written);
      },
    }),
    makeCounterProvider({
      name: 'citadel_audit_lost_total',
      help: 'Generations that could not be put on record.',
      registers,
      inject: [JournalStatus],
      collect(this: Counter, journal: JournalStatus) {
        setTo(this, journal.stats().lost);
      },
    }),
  ];
}

function setTo(counter: Counter, total: number): void {
  counter.reset();
  counter.inc(total);
}
