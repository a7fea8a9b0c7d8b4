import type { Environment } from './app-config.js';
import type { AgentSettings, BackendSettings } from './routing-config.js';
import { ConfigError } from './config-error.js';
import { readModelLoading } from './model-loading.js';
import { decimal, flag, name, parseValue, text, wholeNumber } from './parser.js';
import { type AgentInstance, INSTANCE_MODEL } from './to-agent-instances.js';
import { requireBackend } from './to-routes.js';
import type { YamlSection } from './yaml-section.js';

/** Keys that are path segments of their own. */
const RESERVED_KEYS: readonly string[] = ['stats'];

interface Known {
  readonly backends: readonly BackendSettings[];
  readonly environment: Environment;
  readonly instances: readonly AgentInstance[];
}

export function toAgents(sections: readonly YamlSection[], known: Known): readonly AgentSettings[] {
  const keys = new Set<string>();
  return sections.flatMap((section) => {
    const agent = toAgent(section, known);
    if (RESERVED_KEYS.includes(agent.key))
      throw new ConfigError(`${section.label('key')}: ${agent.key} is reserved`);
    if (keys.has(agent.key))
      throw new ConfigError(`${section.label('key')}: there is an agent ${agent.key} already`);
    keys.add(agent.key);
    const isDemo = section.read('demo', flag) ?? false;
    return isDemo && known.environment === 'production' ? [] : [agent];
  });
}

function toAgent(section: YamlSection, { backends, instances }: Known): AgentSettings {
  const backend = section.read('backend', name);
  if (backend !== undefined) requireBackend(section, backend, backends);
  const options = section.section('options');
  const key = section.require('key', name);
  const model = section.read('model', text);
  const instance = instances.find(({ agent }) => agent === key);
  return withoutUndefined<AgentSettings>({
    key,
    description: section.read('description', text) ?? '',
    persona: section.read('persona', text),
    // Whether there is such a profile is known to those who have them.
    profile: section.read('profile', name) ?? 'generic',
    model,
    backend,
    // Any name will do where an instance runs the one model that it has.
    instance: instance && { backend: instance.backend, model: model ?? INSTANCE_MODEL },
    options: withoutUndefined<AgentSettings['options']>({
      ...readModelLoading(options),
      temperature: options.read('temperature', decimal(0, 2)),
      maxTokens: options.read('max_tokens', wholeNumber(1)),
    }),
    methods: toMethods(section.section('methods')),
  });
}

/** By their names, which are looked up as its own. */
function toMethods(section: YamlSection): AgentSettings['methods'] {
  const names = section.keys();
  if (names.length === 0) return undefined;
  const methods = names.map((key) => [
    parseValue(`${section.label(key)}: its name`, key, name),
    section.require(key, text),
  ]);
  return Object.fromEntries(methods) as Record<string, string>;
}

/** An absent setting is an absent key, so that settings can be spread over defaults. */
const withoutUndefined = <T extends object>(settings: T): T =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as T;
