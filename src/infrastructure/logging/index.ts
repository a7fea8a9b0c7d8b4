export { PinoLogger } from './pino-logger.js';
export { onRequestEnd, type RequestEnd } from './request-end.js';
export { logRequests } from './request-log.js';
