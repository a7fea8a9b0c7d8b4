export { HybridWsAdapter } from './adapter/hybrid-ws.adapter.js';
export { RealtimeModule } from './realtime.module.js';
