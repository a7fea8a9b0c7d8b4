import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule as NestConfigModule, registerAs } from '@nestjs/config';
import { AppConfig } from './app-config.js';

/** Gives every module the settings that were loaded before Nest started: `@Inject(AppConfig) config: AppConfig`. */
@Module({})
export class ConfigModule {
  static forRoot(config: AppConfig): DynamicModule {
    const app = registerAs('app', () => config);
    return {
      module: ConfigModule,
      global: true,
      imports: [
        // It only carries: the environment has been read and checked already.
        NestConfigModule.forRoot({
          load: [app],
          ignoreEnvFile: true,
          validatePredefined: false,
          skipProcessEnv: true,
        }),
      ],
      providers: [{ provide: AppConfig, useFactory: (loaded: AppConfig) => loaded, inject: [app.KEY] }],
      exports: [AppConfig],
    };
  }
}
