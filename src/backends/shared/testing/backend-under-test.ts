import type { BackendSettings } from '../../../config/index.js';
import type { GenerationRequest } from '../../../contracts/generation-request.js';
import type { ModelBackend } from '../../../contracts/model-backend.js';
import type { BackendFactory } from '../backend-factory.js';
import { RecordingSink } from './recording-sink.js';

const TIMEOUTS = {
  keptConnections: 100,
  connectTimeoutMs: 2000,
  firstTokenTimeoutMs: 0,
  idleTimeoutMs: 0,
  via: '1.1 test',
};

/** A backend of this kind at this address. */
export function createBackend(
  factory: BackendFactory,
  url: string,
  said: Partial<BackendSettings> = {},
): ModelBackend {
  const settings: BackendSettings = { name: 'tested', kind: factory.kind, url, maxConcurrent: 100, ...said };
  return factory.create(settings, TIMEOUTS);
}

/** The whole answer to a request. */
export async function ask(backend: ModelBackend, request: GenerationRequest): Promise<RecordingSink> {
  const sink = new RecordingSink();
  backend.generate(request, sink);
  return sink.ended;
}
