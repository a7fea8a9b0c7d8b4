import { Module } from '@nestjs/common';
import { AgentInstanceBackends } from './agent-instance/backend.js';
import { OllamaBackends } from './ollama/backend.js';
import { OpenAiBackends } from './openai/backend.js';
import type { BackendFactory } from './shared/backend-factory.js';
import { SimulatorBackends } from './simulator/backend.js';

/** Every kind of backend we can route to. Adding one is a folder and a line here. */
const BACKENDS = [OllamaBackends, OpenAiBackends, AgentInstanceBackends, SimulatorBackends];

/** All backend factories. Also the injection token. */
export type BackendFactories = readonly BackendFactory[];
export const BackendFactories = Symbol('BackendFactories');

@Module({
  providers: [
    ...BACKENDS,
    {
      provide: BackendFactories,
      useFactory: (...all: BackendFactory[]): BackendFactories => all,
      inject: BACKENDS,
    },
  ],
  exports: [BackendFactories],
})
export class BackendsModule {}
