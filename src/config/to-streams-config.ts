import { newVia } from '../common/http/gateway-pseudonym.js';
import type { StreamsConfig, UpstreamConfig } from './app-config.js';
import { firstSet } from './first-set.js';
import { decimal, oneOf, wholeNumber, wholeNumberOrNone } from './parser.js';
import type { Sources } from './sources.js';
import { toMs } from './to-ms.js';

const DEFAULT_MAX_TOKENS = 1000;
const ENTERPRISE_STREAM = oneOf('allow', 'ignore', 'reject');
const FRAME_TEXT = oneOf('so_far', 'delta');
const REASONING_FIELD = oneOf('reasoning_content', 'reasoning');

export function toStreamsConfig({ env, yaml }: Sources): StreamsConfig {
  const streams = yaml.section('streams');
  return {
    maxStreams: firstSet(env.GENERATION_MAX_STREAMS, streams.read('max_streams', wholeNumber(1)), 10_000),
    resumeTtlMs: toMs(firstSet(env.STREAM_RESUME_TTL_S, streams.read('resume_ttl', decimal(0, 86_400)), 300)),
    logMaxBytes: firstSet(
      env.STREAM_LOG_MAX_BYTES,
      streams.read('log_max_bytes', wholeNumber(0)),
      64 * 1024 * 1024,
    ),
    enterpriseStream: firstSet(
      env.ENTERPRISE_STREAM,
      streams.read('enterprise_stream', ENTERPRISE_STREAM),
      'allow',
    ),
    reasoningField: firstSet(
      env.REASONING_FIELD,
      streams.read('reasoning_field', REASONING_FIELD),
      'reasoning_content',
    ),
    defaultMaxTokens: firstSet(
      env.DEFAULT_MAX_TOKENS,
      streams.read('default_max_tokens', wholeNumberOrNone(1, 1_000_000)),
      DEFAULT_MAX_TOKENS,
    ),
    frameText: firstSet(env.FRAMES_TEXT, streams.read('frame_text', FRAME_TEXT), 'so_far'),
  };
}

export function toUpstreamConfig({ env, yaml, streamingYaml }: Sources): UpstreamConfig {
  const upstream = yaml.section('upstream');
  const management = streamingYaml.section('connection_management');
  const bound = wholeNumber(1, 3_600_000);
  return {
    via: newVia(),
    keptConnections: firstSet(env.CONNECTION_POOL_SIZE, management.read('pool_size', wholeNumber(1)), 100),
    connectTimeoutMs: firstSet(
      env.UPSTREAM_CONNECT_TIMEOUT_MS,
      upstream.read('connect_timeout_ms', bound),
      1000,
    ),
    firstTokenTimeoutMs: firstSet(
      env.UPSTREAM_FIRST_TOKEN_TIMEOUT_MS,
      upstream.read('first_token_timeout_ms', bound),
      60_000,
    ),
    idleTimeoutMs: firstSet(env.UPSTREAM_IDLE_TIMEOUT_MS, upstream.read('idle_timeout_ms', bound), 30_000),
  };
}
