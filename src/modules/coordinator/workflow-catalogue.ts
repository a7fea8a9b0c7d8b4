import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { GatewayError } from '../../common/errors/gateway.error.js';
import { ConfigError, type RoutingConfig, type WorkflowSettings } from '../../config/index.js';
import { RoutingTable } from '../models/index.js';
import { checkPlan } from './check-plan.js';

/** Workflows by their name, as the configuration has them. */
@Injectable()
export class WorkflowCatalogue implements OnModuleInit {
  constructor(@Inject(RoutingTable) private readonly routing: RoutingTable) {}

  /** Refuses settings with a workflow that could not run, now and when they are read anew. */
  onModuleInit(): void {
    this.routing.demand((routing) => {
      for (const workflow of routing.workflows) requireRunnable(workflow, routing);
    });
  }

  get all(): readonly WorkflowSettings[] {
    return this.routing.current.workflows;
  }

  /** Throws `not_found`. */
  get(name: string, param: string): WorkflowSettings {
    const found = this.all.find((workflow) => workflow.name === name);
    if (found !== undefined) return found;
    const known = this.all.map((workflow) => workflow.name).join(', ') || 'none';
    throw new GatewayError('not_found', `No workflow '${name.slice(0, 100)}'; there are: ${known}.`, {
      param,
    });
  }
}

function requireRunnable({ name, plan }: WorkflowSettings, { agents }: RoutingConfig): void {
  try {
    checkPlan(plan, agents);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    throw new ConfigError(`workflows.yaml: workflow ${name}: ${error.message}`, { cause: error });
  }
}
