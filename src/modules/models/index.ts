export { BackendDirectory } from './backend-directory.js';
export { BackendGate } from './backend-gate.js';
export { BackendProbe } from './backend-probe.js';
export type { CallVerdict } from './circuit-breaker.js';
export { modelNotFound, ModelRouter } from './model-router.js';
export { ModelsModule } from './models.module.js';
export type { Plan, Target } from './plan.js';
export { RetryBudget } from './retry-budget.js';
export { RoutingTable } from './routing-table.js';
