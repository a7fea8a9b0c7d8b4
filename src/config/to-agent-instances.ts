import { hostname } from 'node:os';
import type { HttpConfig } from './app-config.js';
import type { EnvKey } from './env.js';
import type { Sources } from './sources.js';

/** A service of its own that answers for one agent. */
export interface AgentInstance {
  /** The agent's key. */
  readonly agent: string;
  /** Name of the backend it becomes. */
  readonly backend: string;
  readonly url: string;
}

export interface AgentInstances {
  readonly all: readonly AgentInstance[];
  /** For the start-up log; none where nothing was set. */
  readonly choices: readonly string[];
}

/** Agents that may have an instance, by the variable that says where it is. */
const VARIABLES = {
  product_manager: 'PRODUCT_MANAGER_PHI4_URL',
  business_analyst: 'BUSINESS_ANALYST_PHI4_URL',
  software_developer: 'SOFTWARE_DEVELOPER_PHI4_URL',
  qa_engineer: 'QA_ENGINEER_PHI4_URL',
  devops_engineer: 'DEVOPS_ENGINEER_PHI4_URL',
} as const satisfies Record<string, EnvKey>;

/** What an instance runs, for callers who name no model. */
export const INSTANCE_MODEL = 'phi4';

/**
 * Where agents have instances of their own. One that is this very process is none: its agent is served here, as if
 * nothing had been set.
 */
export function toAgentInstances({ env }: Sources, http: HttpConfig): AgentInstances {
  const all: AgentInstance[] = [];
  const choices: string[] = [];
  for (const [agent, variable] of Object.entries(VARIABLES)) {
    const own = env[variable];
    const url = own ?? env.AI_SERVICE_URL;
    if (url === undefined) continue;
    const said = own === undefined ? 'AI_SERVICE_URL' : variable;
    if (isOurselves(new URL(url), http)) {
      choices.push(`agents: ${agent} is served here, because ${said} (${url}) is this gateway`);
      continue;
    }
    all.push({ agent, backend: `${agent}_phi4`, url });
    choices.push(`agents: ${agent} at ${url} (${said})`);
  }
  return { all, choices };
}

function isOurselves({ hostname: name, port, protocol }: URL, http: HttpConfig): boolean {
  const named = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  if (named !== http.port && !http.extraPorts.includes(named)) return false;
  const host = name.replace(/^\[|\]$/g, '');
  return ['localhost', '127.0.0.1', '::1', '0.0.0.0', '::', http.host, hostname().toLowerCase()].includes(
    host,
  );
}
