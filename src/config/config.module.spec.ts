import { Inject, Injectable, Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { AppConfig } from './app-config.js';
import { ConfigModule } from './config.module.js';
import { createSources } from './testing/create-sources.js';
import { toAppConfig } from './to-app-config.js';

@Injectable()
class Reader {
  constructor(@Inject(AppConfig) readonly config: AppConfig) {}
}

@Module({ providers: [Reader], exports: [Reader] })
class FeatureModule {}

describe(ConfigModule.name, () => {
  it('gives the loaded settings to modules that do not import it', async () => {
    const config = toAppConfig(createSources());
    const module = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(config), FeatureModule],
    }).compile();
    expect(module.get(Reader).config).toBe(config);
    expect(module.get(ConfigService, { strict: false }).get('app.http.port')).toBe(8002);
    await module.close();
  });
});
