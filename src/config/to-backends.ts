import type { BackendHabits, BackendSettings, RoutingConfig } from './routing-config.js';
import { ConfigError } from './config-error.js';
import { httpUrl } from './network-parsers.js';
import { headerWord, name, parseValue, wholeNumber } from './parser.js';
import type { Secrets } from './secrets.js';
import type { Sources } from './sources.js';
import type { AgentInstance } from './to-agent-instances.js';
import { toBackendHabits } from './to-backend-habits.js';
import type { YamlSection } from './yaml-section.js';

const OLLAMA_DEFAULT_URL = 'http://127.0.0.1:11434';
/** Their kind is their name. */
const WELL_KNOWN: readonly string[] = ['ollama', 'simulator', 'openai'];
const DEFAULT_MAX_CONCURRENT = 10_000;

export interface Backends {
  readonly all: readonly BackendSettings[];
  /** Somebody said where Ollama is: nothing may stand in for it, and it stays the default. */
  readonly isOllamaNamed: boolean;
}

/** The backends of YAML, and those that exist without it: `ollama`, `simulator`, `openai` once it has a URL, and instances of agents. */
export function toBackends(
  { env, yaml, secrets }: Sources,
  instances: readonly AgentInstance[] = [],
  aliases: RoutingConfig['aliases'] = {},
): Backends {
  const entries = readEntries(yaml.list('backends'), aliases);
  const ollama = entries.get('ollama');
  const openAi = entries.get('openai');
  const ollamaUrl = env.OLLAMA_URL ?? ollama?.url;
  const openAiUrl = env.OPENAI_BASE_URL ?? openAi?.url;

  const all = new Map<string, Entry>([['simulator', { kind: 'simulator' }], ...entries]);
  all.set('ollama', { kind: 'ollama', ...ollama, url: ollamaUrl ?? OLLAMA_DEFAULT_URL });
  if (openAi || openAiUrl) all.set('openai', { kind: 'openai', ...openAi, url: openAiUrl });
  for (const { backend, url } of instances)
    all.set(backend, { ...entries.get(backend), kind: 'agent-instance', url });

  return {
    all: [...all].map(([backend, entry]) => toSettings(backend, entry, secrets)),
    isOllamaNamed: ollamaUrl !== undefined,
  };
}

/** A backend as far as YAML describes it. */
interface Entry {
  readonly kind: string;
  readonly url?: string | undefined;
  readonly apiKeyEnv?: string | undefined;
  readonly maxConcurrent?: number | undefined;
  readonly habits?: BackendHabits;
}

function readEntries(
  sections: readonly YamlSection[],
  aliases: RoutingConfig['aliases'],
): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const section of sections) {
    const backend = section.require('name', name);
    const isWellKnown = WELL_KNOWN.includes(backend);
    const kind = isWellKnown ? (section.read('kind', name) ?? backend) : section.require('kind', name);
    if (isWellKnown && kind !== backend)
      throw new ConfigError(`${section.label('kind')} must be ${backend} for this name`);
    if (entries.has(backend))
      throw new ConfigError(`${section.label('name')}: there is a backend ${backend} already`);
    entries.set(backend, {
      kind,
      url: section.read('url', httpUrl),
      apiKeyEnv: section.read('api_key_env', name),
      maxConcurrent: section.read('max_concurrent', wholeNumber(1)),
      habits: toBackendHabits(kind, section, aliases),
    });
  }
  return entries;
}

function toSettings(
  backend: string,
  { kind, url, apiKeyEnv, maxConcurrent, habits }: Entry,
  secrets: Secrets,
): BackendSettings {
  if (kind !== 'simulator' && url === undefined) throw new ConfigError(`The backend ${backend} has no url`);
  const secretName = apiKeyEnv ?? (backend === 'openai' ? 'OPENAI_API_KEY' : undefined);
  const secret = secretName === undefined ? undefined : secrets.find(secretName);
  const apiKey = secret && parseValue(secret.origin, secret.value, headerWord);
  if (apiKeyEnv !== undefined && apiKey === undefined) {
    throw new ConfigError(`The backend ${backend} needs the secret ${apiKeyEnv}, which is set nowhere`);
  }
  return {
    name: backend,
    kind,
    url: kind === 'simulator' ? '' : (url ?? ''),
    ...(apiKey !== undefined && { apiKey }),
    maxConcurrent: maxConcurrent ?? DEFAULT_MAX_CONCURRENT,
    ...habits,
  };
}
