import type { BackendSettings, UpstreamConfig } from '../../config/index.js';
import type { ModelBackend } from '../../contracts/model-backend.js';

/** Makes backends of one kind; one for each entry of that kind in the configuration. */
export interface BackendFactory {
  /** The `kind` of the entries it is for. */
  readonly kind: string;
  create(settings: BackendSettings, upstream: UpstreamConfig): ModelBackend;
}
