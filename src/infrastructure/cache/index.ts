export { CacheModule } from './cache.module.js';
