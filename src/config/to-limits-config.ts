import { ConfigError } from './config-error.js';
import { firstSet } from './first-set.js';
import type { BudgetScope, BudgetSettings, LimitsConfig, PriceSettings } from './limits-config.js';
import { decimal, flag, oneOf, type Parser, text, wholeNumber } from './parser.js';
import type { Sources } from './sources.js';
import { toMs } from './to-ms.js';
import type { YamlSection } from './yaml-section.js';

const MOST_PER_MINUTE = 1_000_000;
const MOST_TOKENS = 1_000_000_000_000;
const MOST_DOLLARS = 1_000_000;
const PER_MINUTE = wholeNumber(1, MOST_PER_MINUTE);
const GENERATIONS = wholeNumber(1, 1_000_000);
const REPLICAS = wholeNumber(1, 10_000);
const LEASE = decimal(0.1, 3600);
const PERIOD = oneOf('day', 'month', 'total');
/** The first one that is named says whose budget it is; `tenant` beside it says where. */
const SCOPES = [
  'key',
  'user',
  'role',
  'device',
  'agent',
  'endpoint',
  'tenant',
] as const satisfies readonly BudgetScope[];

const ROUTE: Parser<string> = {
  expected: 'a method and a route template, such as `POST /api/v1/agent/:agent_key/chat/completions`',
  parse: (raw) => (typeof raw === 'string' && /^[A-Z]+ \/[^\s{}]*$/.test(raw) ? raw : undefined),
};

const EACH_ROUTE: Parser<string> = {
  expected: `${ROUTE.expected}, or \`*\``,
  parse: (raw) => (raw === '*' ? raw : ROUTE.parse(raw)),
};

/** What a subject must be, where it is not any text. */
const SUBJECTS: Partial<Record<BudgetScope, Parser<string>>> = {
  role: oneOf('anonymous', 'user', 'premium', 'admin'),
  endpoint: EACH_ROUTE,
};

export function toLimitsConfig({ env, yaml }: Sources): LimitsConfig {
  const limits = yaml.section('limits');
  const endpoints = toCounts(limits.list('endpoints'), 'route', ROUTE);
  const agents = toCounts(limits.list('agents'), 'agent', text);
  const user = firstSet(env.RATE_LIMIT_PER_MINUTE, limits.read('rate_limit_per_minute', PER_MINUTE), 100);
  return {
    rate: {
      enabled: firstSet(env.RATE_LIMIT, limits.read('rate_limit', flag), true),
      perMinute: {
        anonymous: user,
        user,
        premium: firstSet(
          env.RATE_LIMIT_PREMIUM_PER_MINUTE,
          limits.read('rate_limit_premium_per_minute', PER_MINUTE),
          300,
        ),
        admin: firstSet(
          env.RATE_LIMIT_ADMIN_PER_MINUTE,
          limits.read('rate_limit_admin_per_minute', PER_MINUTE),
          1000,
        ),
      },
      devicePerMinute: firstSet<number | undefined>(
        env.RATE_LIMIT_DEVICE_PER_MINUTE,
        limits.read('rate_limit_device_per_minute', PER_MINUTE),
        undefined,
      ),
      endpoints: endpoints.perMinute,
      agents: agents.perMinute,
    },
    generations: {
      perUser: firstSet(env.GENERATIONS_PER_USER, limits.read('generations_per_user', GENERATIONS), 200),
      perTenant: firstSet<number | undefined>(
        env.GENERATIONS_PER_TENANT,
        limits.read('generations_per_tenant', GENERATIONS),
        undefined,
      ),
      perDevice: firstSet<number | undefined>(
        env.GENERATIONS_PER_DEVICE,
        limits.read('generations_per_device', GENERATIONS),
        undefined,
      ),
      endpoints: endpoints.generations,
      agents: agents.generations,
    },
    budgets: limits.list('budgets').map(toBudget),
    leaseMs: toMs(firstSet(env.LIMIT_LEASE_S, limits.read('lease', LEASE), 15)),
    replicas: firstSet(env.REPLICAS, limits.read('replicas', REPLICAS), 1),
  };
}

/** The price table, `prices.yaml`. */
export const toPrices = (yaml: YamlSection): readonly PriceSettings[] =>
  yaml.list('prices').map((price) => ({
    model: price.require('model', text),
    backend: price.read('backend', text),
    input: price.require('input', decimal(0, MOST_DOLLARS)),
    output: price.require('output', decimal(0, MOST_DOLLARS)),
  }));

/** What each item of a list may have of its own: requests in a minute, generations at the same time, or both. */
function toCounts(items: readonly YamlSection[], key: string, of: Parser<string>) {
  const perMinute = new Map<string, number>();
  const generations = new Map<string, number>();
  for (const item of items) {
    const name = item.require(key, of);
    if (perMinute.has(name) || generations.has(name))
      throw new ConfigError(`${item.label(key)} names ${name} for the second time`);
    const requests = item.read('per_minute', PER_MINUTE);
    const running = item.read('generations', GENERATIONS);
    if (requests === undefined && running === undefined)
      throw new ConfigError(`${item.label('per_minute')} or generations is missing`);
    if (requests !== undefined) perMinute.set(name, requests);
    if (running !== undefined) generations.set(name, running);
  }
  return { perMinute, generations };
}

function toBudget(budget: YamlSection): BudgetSettings {
  const scope = SCOPES.find((each) => budget.keys().includes(each));
  if (scope === undefined)
    throw new ConfigError(
      `${budget.label('tenant')} or user, key, role, device, agent or endpoint is missing`,
    );
  const tokens = budget.read('tokens', wholeNumber(0, MOST_TOKENS));
  const dollars = budget.read('dollars', decimal(0, MOST_DOLLARS));
  if (tokens === undefined && dollars === undefined)
    throw new ConfigError(`${budget.label('tokens')} or dollars is missing`);
  return {
    scope,
    subject: budget.require(scope, SUBJECTS[scope] ?? text),
    tenant: scope === 'tenant' ? undefined : budget.read('tenant', text),
    period: budget.read('period', PERIOD) ?? 'month',
    tokens,
    dollars,
  };
}
