export { LoadModule } from './load.module.js';
export { LoadMonitor } from './load-monitor.js';
export { shedLoad } from './shed-load.js';
