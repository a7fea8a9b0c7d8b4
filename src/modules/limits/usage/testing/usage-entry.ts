import type { UsageEntry } from '../usage-book.js';

/** A small use of a model, but for what is said. */
export const usageEntry = (more: Partial<UsageEntry> = {}): UsageEntry => ({
  tenant: 'acme',
  user: 'ada',
  key: '',
  device: '',
  agent: '',
  endpoint: 'POST /v1/chat/completions',
  model: 'phi3',
  day: '2026-07-01',
  requests: 1,
  promptTokens: 10,
  completionTokens: 5,
  cost: 3,
  unpriced: 0,
  ...more,
});
