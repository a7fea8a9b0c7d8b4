import type { AuditConfig, StoredResponsesConfig } from './app-config.js';
import { firstSet } from './first-set.js';
import { decimal } from './parser.js';
import type { Sources } from './sources.js';

const DAY_MS = 86_400_000;
/** As long as OpenAI keeps them. */
const DEFAULT_DAYS = 30;

/** How long responses are kept: never longer than the record itself, and in memory alone where nothing goes on record. */
export function toStoredResponsesConfig(
  { env, yaml }: Sources,
  { mode, retentionMs = Infinity }: AuditConfig,
): StoredResponsesConfig {
  const section = yaml.section('responses');
  const days = firstSet(env.RESPONSES_TTL_DAYS, section.read('ttl_days', decimal(0, 3_650)), DEFAULT_DAYS);
  return { ttlMs: mode === 'off' ? 0 : Math.min(days * DAY_MS, retentionMs) };
}
