import type { Failure } from '../../contracts/failure.js';
import type { GenerationRequest } from '../../contracts/generation-request.js';
import { KEYWORD_MODEL, SIMULATOR_PREFIX } from './models.js';
import { parseSettings, type SimulatorSettings } from './settings.js';

export { SIMULATOR_PREFIX } from './models.js';

/** How the request wants to be simulated, or why it cannot be. */
export function readSettings(request: GenerationRequest): SimulatorSettings | Failure {
  const settings = parseSettings(toSimulatorModel(request));
  return typeof settings === 'string'
    ? { code: 'invalid_request', message: settings, param: 'model' }
    : settings;
}

/**
 * The routed name decides. The requested one is looked at where routing left the settings out of it, or has no name of
 * its own for the simulator. A request that was pinned to the keyword model stays there, whatever was asked for.
 */
function toSimulatorModel({ model, requestedModel }: GenerationRequest): string {
  if (model === KEYWORD_MODEL) return model;
  const names = [model, requestedModel].filter((name) => name.startsWith(SIMULATOR_PREFIX));
  return names.find((name) => name.includes('?')) ?? names[0] ?? KEYWORD_MODEL;
}
