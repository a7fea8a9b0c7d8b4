import type { RoutingConfig } from './routing-config.js';
import { ConfigError } from './config-error.js';
import { firstSet } from './first-set.js';
import { isConfiguredModel, resolveAlias } from './model-names.js';
import { listOf, name, oneOf, text } from './parser.js';
import type { Decision, Sources } from './sources.js';
import type { AgentInstance } from './to-agent-instances.js';
import { toAgents } from './to-agents.js';
import { toAliases } from './to-aliases.js';
import { type Backends, toBackends } from './to-backends.js';
import { toProfiles } from './to-profiles.js';
import { requireBackend, toRoutes } from './to-routes.js';
import { toWorkflows } from './to-workflows.js';

const ADMIT = oneOf('configured', 'listed', 'any');

export function toRoutingConfig(
  sources: Sources,
  instances: readonly AgentInstance[] = [],
): Decision<RoutingConfig> {
  const { environment, env, yaml } = sources;
  const defaultModel = firstSet(env.DEFAULT_MODEL, yaml.read('default_model', text), 'phi3');
  const defaultAdmit = environment === 'production' ? 'configured' : 'listed';
  const aliases = toAliases(yaml.section('model_aliases'), defaultModel);
  const backends = toBackends(sources, instances, aliases);
  const profiles = toProfiles(yaml.section('agent_streaming_config'));
  const hasStandIn = environment === 'development' && !backends.isOllamaNamed;

  const config: RoutingConfig = {
    aliases,
    admitAliases: env.VALID_MODELS === undefined,
    validModels: firstSet(env.VALID_MODELS, yaml.read('valid_models', listOf(text)), []),
    embeddingModels: toEmbeddingModels(
      yaml.read('embedding_models', listOf(text)) ?? ['nomic-embed-text'],
      aliases,
    ),
    defaultModel,
    admit: firstSet(env.MODELS_ADMIT, yaml.read('models_admit', ADMIT), defaultAdmit),
    backends: backends.all,
    routes: toRoutes(yaml.list('routes'), aliases, backends.all),
    defaultBackend: toDefaultBackend(sources, backends),
    standIn: hasStandIn ? { for: 'ollama', by: 'simulator' } : undefined,
    profiles,
    agents: toAgents(yaml.list('agents'), { backends: backends.all, environment, instances }),
    workflows: toWorkflows(sources.workflowsYaml.list('workflows')),
  };
  checkDefaultModel(config);
  return { config, choice: toChoice(config) };
}

/** With both names of each, since they are looked up before and after aliases. */
const toEmbeddingModels = (
  models: readonly string[],
  aliases: RoutingConfig['aliases'],
): readonly string[] => [...new Set(models.flatMap((model) => [model, resolveAlias({ aliases }, model)]))];

function toDefaultBackend({ env, yaml }: Sources, { all, isOllamaNamed }: Backends): string {
  const named = yaml.read('default_backend', name);
  if (named !== undefined) return requireBackend(yaml, named, all, 'default_backend');
  return env.OPENAI_BASE_URL !== undefined && !isOllamaNamed ? 'openai' : 'ollama';
}

function checkDefaultModel(config: RoutingConfig): void {
  const { defaultModel, embeddingModels, admit } = config;
  if (
    embeddingModels.includes(defaultModel) ||
    embeddingModels.includes(resolveAlias(config, defaultModel))
  ) {
    throw new ConfigError(
      `DEFAULT_MODEL is ${defaultModel}, which stands in embedding_models and cannot chat`,
    );
  }
  if (admit === 'configured' && !isConfiguredModel(config, defaultModel)) {
    throw new ConfigError(
      `DEFAULT_MODEL is ${defaultModel}, which MODELS_ADMIT=configured does not admit; add it to VALID_MODELS or to model_aliases`,
    );
  }
}

function toChoice({ backends, defaultBackend, standIn, admit, defaultModel }: RoutingConfig): string {
  const url = backends.find((backend) => backend.name === defaultBackend)?.url;
  const place = url ? ` at ${url}` : '';
  const absent = standIn?.for === defaultBackend ? `, the ${standIn.by} while it is absent` : '';
  return `models: ${defaultBackend}${place}${absent}; default ${defaultModel}, admitted are ${ADMITTED[admit]}`;
}

const ADMITTED = {
  configured: 'valid models and aliases (MODELS_ADMIT=configured)',
  listed: 'all that the backends list (MODELS_ADMIT=listed)',
  any: 'all names (MODELS_ADMIT=any)',
} as const satisfies Record<RoutingConfig['admit'], string>;
