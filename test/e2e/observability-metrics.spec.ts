import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppConfig } from '../../src/config/index.js';
import { EventBus } from '../../src/contracts/business-events.js';
import type { BeginRecord, OutcomeRecord } from '../../src/contracts/journal.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway({ OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any', LOAD_SHED: 'off' });
});

afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

const scrape = async () => (await fetch(`${gateway.url}/metrics`)).text();

/** Samples by name and labels, as they are written. */
async function samples(): Promise<Map<string, number>> {
  const lines = (await scrape()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
}

const chat = (path: string, body: object = {}) =>
  fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'phi3', messages: [{ role: 'user', content: 'Hello' }], ...body }),
  });

const FAMILIES = [
  ['citadel_http_requests_total', 'counter'],
  ['citadel_http_request_duration_seconds', 'histogram'],
  ['citadel_ollama_requests_total', 'counter'],
  ['citadel_ollama_request_duration_seconds', 'histogram'],
  ['citadel_cache_operations_total', 'counter'],
  ['citadel_agent_requests_total', 'counter'],
  ['citadel_streaming_connections_active', 'gauge'],
  ['citadel_build_info', 'gauge'],
  ['stream_sessions_total', 'counter'],
  ['stream_chunks_sent_total', 'counter'],
  ['stream_session_duration_seconds', 'histogram'],
  ['stream_sessions_active', 'gauge'],
  ['coordinator_workflows_total', 'counter'],
  ['coordinator_workflow_duration_seconds', 'histogram'],
  ['llm_calls_total', 'counter'],
  ['llm_tokens_used_total', 'counter'],
  ['llm_cost_dollars_total', 'counter'],
  ['llm_call_duration_seconds', 'histogram'],
  ['citadel_backend_up', 'gauge'],
  ['citadel_backend_breaker_state', 'gauge'],
  ['citadel_readers_blocked_total', 'counter'],
  ['citadel_readers_dropped_total', 'counter'],
  ['citadel_redis_up', 'gauge'],
  ['citadel_database_up', 'gauge'],
  ['citadel_overloaded', 'gauge'],
  ['process_cpu_seconds_total', 'counter'],
] as const;

describe('GET /metrics', () => {
  it('is text in the form of Prometheus, with every family also before traffic', async () => {
    const response = await fetch(`${gateway.url}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    for (const [name, type] of FAMILIES) {
      expect(text).toMatch(new RegExp(`^# HELP ${name} \\S`, 'm'));
      expect(text).toMatch(new RegExp(`^# TYPE ${name} ${type}$`, 'm'));
    }
  });

  it('is not for strangers', async () => {
    const other = await createGateway({ OLLAMA_URL: ollama.origin, TRUSTED_NETWORKS: '[]' });
    expect((await fetch(`${other.url}/metrics`)).status).toBe(401);
    await other.close();
  });

  it('says what runs, and which model servers are up with their breakers', async () => {
    const { version } = gateway.app.get<AppConfig>(AppConfig).project;
    const all = await samples();
    expect(all.get(`citadel_build_info{version="${version}",environment="test"}`)).toBe(1);
    expect(all.get('citadel_backend_up{backend="ollama"}')).toBe(1);
    expect(all.get('citadel_backend_breaker_state{backend="ollama"}')).toBe(0);
    expect(all.get('citadel_overloaded')).toBe(0);
  });

  it('accounts for a streamed answer once it has ended', async () => {
    ollama.answer({ pieces: ['a', 'b', 'c'], promptEvalCount: 7, evalCount: 3 });
    await (await chat('/v1/voice/chat/completions')).text();
    const all = await eventually(samples, (seen) =>
      seen.has('stream_sessions_total{agent="none",status="finished"}'),
    );
    const labels = 'model="phi3:latest",agent="none"';
    expect(all.get('stream_chunks_sent_total{agent="none"}')).toBe(3);
    expect(all.get('citadel_agent_requests_total{agent_type="voice",model="phi3:latest"}')).toBe(1);
    expect(all.get(`llm_calls_total{${labels},status="finished"}`)).toBe(1);
    expect(all.get(`llm_tokens_used_total{${labels},type="prompt"}`)).toBe(7);
    expect(all.get(`llm_tokens_used_total{${labels},type="completion"}`)).toBe(3);
    expect(all.get(`llm_cost_dollars_total{${labels}}`)).toBe(0);
    expect(all.get('citadel_ollama_requests_total{model="phi3:latest",endpoint_type="chat"}')).toBe(1);
    expect(all.get('citadel_first_token_seconds_count{profile="voice"}')).toBe(1);
    expect(
      all.get(
        'citadel_http_requests_total{method="POST",endpoint="/v1/voice/chat/completions",status_code="200"}',
      ),
    ).toBe(1);
  });

  it('counts streams while they run, by profile', async () => {
    const gate = ollama.hold(1);
    const running = await chat('/v1/voice/chat/completions');
    const open = 'citadel_streaming_connections_active{agent_type="voice"}';
    expect((await samples()).get(open)).toBe(1);
    gate.open();
    await running.text();
    await eventually(samples, (seen) => seen.get(open) === 0);
  });

  it('tells a stream whose client left from one that was finished', async () => {
    const gate = ollama.hold(1);
    const leaving = new AbortController();
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'phi3', stream: true, messages: [{ role: 'user', content: 'Hello' }] }),
      signal: leaving.signal,
    });
    await response.body!.getReader().read();
    leaving.abort();
    await eventually(
      samples,
      (seen) => seen.get('stream_sessions_total{agent="none",status="cancelled"}') === 1,
    );
    gate.open();
  });
});

describe('labels', () => {
  it('stay few whatever ten thousand callers make up', async () => {
    const before = (await samples()).size;
    const events = gateway.app.get(EventBus);
    for (let i = 0; i < 10_000; i++) {
      const model = `sim/words?seed=${i}`;
      const begin = {
        model,
        agent: `agent-${i}`,
        profile: 'generic',
        stream: true,
      } as unknown as BeginRecord;
      events.emit('generation-began', begin);
      events.emit('backend-attempt-ended', {
        backend: 'ollama',
        backendKind: 'ollama',
        model,
        endpoint: 'chat',
        status: 'finished',
        durationMs: 1,
      });
      events.emit('generation-settled', {
        begin,
        outcome: { status: 'finished', finishReasons: ['stop'] },
        backend: 'ollama',
        backendModel: model,
        usage: {},
        deliveredPieces: 1,
        durationMs: 1,
      } as unknown as OutcomeRecord);
    }
    const ask = async (i: number) =>
      (
        await fetch(`${gateway.url}/p${i}/${Math.random()}?q=${i}`, { method: METHODS[i % METHODS.length]! })
      ).text();
    for (let i = 0; i < 1_000; i += 50) await Promise.all(Array.from({ length: 50 }, (_, n) => ask(i + n)));
    const all = await eventually(
      samples,
      (seen) =>
        (seen.get('citadel_http_requests_total{method="OTHER",endpoint="unmatched",status_code="404"}') ??
          0) > 0,
    );
    // A few histograms' worth of `other` and `unmatched`, by method.
    expect(all.size - before).toBeLessThan(300);
    expect(all.get('llm_calls_total{model="other",agent="other",status="finished"}')).toBe(10_000);
    expect([...all.keys()].join()).not.toMatch(/seed|agent-\d|\/p\d/);
  });
});

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PROPFIND'];
