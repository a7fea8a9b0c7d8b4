export { asOwner } from './as-owner.js';
export { createDataSource } from './create-data-source.js';
export { DatabaseConnection } from './database-connection.js';
export { type DatabaseCheck, DatabaseHealth } from './database-health.js';
export { DatabaseModule } from './database.module.js';
export { databaseErrorCode, describeDatabaseError } from './describe-database-error.js';
export { GatewayDataSource } from './gateway-data-source.js';
export { type Query, RequestDatabase } from './request-database.js';
export { runMigrations } from './run-migrations.js';
