import type { DatabaseConfig } from '../../config/index.js';
import { GatewayDataSource } from './gateway-data-source.js';
import { type DataSourceExtras, toDataSourceOptions } from './to-data-source-options.js';

/** The DataSource without Nest around it, for command lines and tests. `initialize` connects, `destroy` lets go. */
export const createDataSource = (config: DatabaseConfig, extras?: DataSourceExtras): GatewayDataSource =>
  new GatewayDataSource(toDataSourceOptions(config, extras));
