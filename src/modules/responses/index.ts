export { ResponseStorageModule } from './archive/response-storage.module.js';
export { ResponsesModule } from './responses.module.js';
