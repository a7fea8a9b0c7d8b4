import { Global, Logger, Module } from '@nestjs/common';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { AppConfig } from '../../config/index.js';
import { DatabaseConnection } from './database-connection.js';
import { DatabaseHealth } from './database-health.js';
import { describeDatabaseError } from './describe-database-error.js';
import { GatewayDataSource } from './gateway-data-source.js';
import { EmbeddedMaintenance } from './embedded/embedded-maintenance.js';
import { RequestDatabase } from './request-database.js';
import { type GatewayDataSourceOptions, toDataSourceOptions } from './to-data-source-options.js';

const logger = new Logger('Database');

/** The DataSource, which features use through `TypeOrmModule.forFeature`, and those who look after it. */
@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [AppConfig],
      useFactory: ({ database }: AppConfig): TypeOrmModuleOptions => ({
        ...toDataSourceOptions(database, {
          onPoolError: (error) => logger.warn(`a connection broke: ${describeDatabaseError(error)}`),
        }),
        autoLoadEntities: true,
        // DatabaseConnection does it, and does not hold up the start.
        manualInitialization: true,
      }),
      dataSourceFactory: (options) =>
        Promise.resolve(new GatewayDataSource(options as GatewayDataSourceOptions)),
    }),
  ],
  providers: [DatabaseConnection, DatabaseHealth, EmbeddedMaintenance, RequestDatabase],
  exports: [DatabaseConnection, DatabaseHealth, RequestDatabase],
})
export class DatabaseModule {}
