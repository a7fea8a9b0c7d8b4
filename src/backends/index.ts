export { BackendFactories, BackendsModule } from './backends.module.js';
export { SIMULATOR_PREFIX } from './simulator/request.js';
