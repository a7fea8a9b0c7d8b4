import { makeCounterProvider, makeHistogramProvider } from '@willsoto/nestjs-prometheus';
import type { Provider } from '@nestjs/common';
import type { Registry } from 'prom-client';

// A table, so it may be long: every counter and histogram that is written where something happens. What is read when
// somebody asks stands in state-metrics.ts.

const SECONDS_OF_A_REQUEST = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const SECONDS_OF_A_GENERATION = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 600];

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

const COUNTERS: readonly Metric[] = [
  {
    name: 'citadel_http_requests_total',
    help: 'HTTP requests that are over, by route template.',
    labelNames: ['method', 'endpoint', 'status_code'],
  },
  {
    name: 'citadel_ollama_requests_total',
    help: 'Calls of Ollama servers that are over.',
    labelNames: ['model', 'endpoint_type'],
  },
  {
    name: 'citadel_backend_calls_total',
    help: 'Calls of model servers that are over, each attempt for itself.',
    labelNames: ['backend', 'status'],
  },
  {
    name: 'citadel_cache_operations_total',
    help: 'Operations of the cache; a hit is get/hit, a miss get/miss.',
    labelNames: ['operation', 'result'],
  },
  {
    name: 'citadel_agent_requests_total',
    help: 'Generations that are over, by streaming profile.',
    labelNames: ['agent_type', 'model'],
  },
  {
    name: 'citadel_readers_blocked_total',
    help: 'Times a stream had to wait for its client.',
    labelNames: ['profile'],
  },
  {
    name: 'citadel_readers_dropped_total',
    help: 'Streams ended because their client did not read.',
    labelNames: ['profile'],
  },
  {
    name: 'stream_sessions_total',
    help: 'Streamed generations that are over.',
    labelNames: ['agent', 'status'],
  },
  {
    name: 'stream_chunks_sent_total',
    help: 'Pieces of answers handed to the clients of streams.',
    labelNames: ['agent'],
  },
  {
    name: 'coordinator_workflows_total',
    help: 'Workflows over several agents that are over.',
    labelNames: ['strategy', 'status'],
  },
  {
    name: 'llm_calls_total',
    help: 'Generations that are over, by how they ended.',
    labelNames: ['model', 'agent', 'status'],
  },
  {
    name: 'llm_tokens_used_total',
    help: 'Tokens of prompts and of completions; answers from the cache use none.',
    labelNames: ['model', 'agent', 'type'],
  },
  {
    name: 'llm_cost_dollars_total',
    help: 'Cost of generations in US dollars; models of our own cost nothing.',
    labelNames: ['model', 'agent'],
  },
];

const HISTOGRAMS: readonly (Metric & { readonly buckets: number[] })[] = [
  {
    name: 'citadel_http_request_duration_seconds',
    help: 'Seconds from the head of a request to the end of its answer.',
    labelNames: ['method', 'endpoint'],
    buckets: SECONDS_OF_A_REQUEST,
  },
  {
    name: 'citadel_ollama_request_duration_seconds',
    help: 'Seconds a call of an Ollama server took.',
    labelNames: ['model', 'endpoint_type'],
    buckets: SECONDS_OF_A_GENERATION,
  },
  {
    name: 'citadel_first_token_seconds',
    help: 'Seconds from the beginning of a generation to its first token.',
    labelNames: ['profile'],
    buckets: SECONDS_OF_A_GENERATION,
  },
  {
    name: 'stream_session_duration_seconds',
    help: 'Seconds a streamed generation took.',
    labelNames: ['agent', 'status'],
    buckets: SECONDS_OF_A_GENERATION,
  },
  {
    name: 'coordinator_workflow_duration_seconds',
    help: 'Seconds a workflow over several agents took.',
    labelNames: ['strategy', 'status'],
    buckets: SECONDS_OF_A_GENERATION,
  },
  {
    name: 'llm_call_duration_seconds',
    help: 'Seconds a generation took.',
    labelNames: ['model', 'agent', 'status'],
    buckets: SECONDS_OF_A_GENERATION,
  },
];

export const toMetricProviders = (registry: Registry): Provider[] => [
  ...COUNTERS.map((metric) => makeCounterProvider({ ...metric, registers: [registry] })),
  ...HISTOGRAMS.map((metric) => makeHistogramProvider({ ...metric, registers: [registry] })),
];
