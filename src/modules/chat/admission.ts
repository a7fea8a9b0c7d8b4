import { Inject, Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { AgentRegistry, DialectRegistry, ProfileRegistry } from '../agents/index.js';
import { ModelRouter } from '../models/index.js';
import type { AdmittedCall, Call } from './call.js';
import { chooseAgent } from './steps/choose-agent.js';
import { chooseDialect } from './steps/choose-dialect.js';
import { chooseProfile } from './steps/choose-profile.js';
import { countChoices } from './steps/count-choices.js';
import { decideLeaving } from './steps/decide-leaving.js';
import { decideStreaming } from './steps/decide-streaming.js';
import { planModel } from './steps/plan-model.js';
import { setDeadline } from './steps/set-deadline.js';

/** What the steps may consult. */
export interface AdmissionServices {
  readonly config: AppConfig;
  readonly agents: AgentRegistry;
  readonly profiles: ProfileRegistry;
  readonly dialects: DialectRegistry;
  readonly models: ModelRouter;
}

type Step = (call: Call, services: AdmissionServices) => void;

/** What happens once before every generation, in this order. Each step decides one thing or refuses. */
const STEPS: readonly Step[] = [
  chooseAgent,
  chooseProfile,
  chooseDialect,
  planModel,
  decideStreaming,
  countChoices,
  setDeadline,
  decideLeaving,
];

@Injectable()
export class Admission {
  private readonly services: AdmissionServices;

  constructor(
    @Inject(AppConfig) config: AppConfig,
    @Inject(AgentRegistry) agents: AgentRegistry,
    @Inject(ProfileRegistry) profiles: ProfileRegistry,
    @Inject(DialectRegistry) dialects: DialectRegistry,
    @Inject(ModelRouter) models: ModelRouter,
  ) {
    this.services = { config, agents, profiles, dialects, models };
  }

  /** Throws GatewayError for what is not admitted; no backend has heard of it then. */
  admit(call: Call): AdmittedCall {
    for (const step of STEPS) step(call, this.services);
    return call as AdmittedCall;
  }
}
