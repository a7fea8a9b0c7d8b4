export { LimitsModule } from './limits.module.js';
export { LimitsStorageModule } from './limits-storage.module.js';
export { NANODOLLARS_PER_DOLLAR, PriceList } from './prices/price-list.js';
export { RequestRates } from './rate/request-rates.js';
export { setUpLimits } from './set-up-limits.js';
