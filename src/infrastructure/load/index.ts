export { LoadModule } from './load.module.js';
export { LoadMonitor, type LoadReadings, type LoadSource } from './load-monitor.js';
export { shedLoad } from './shed-load.js';
