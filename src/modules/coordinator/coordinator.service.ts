import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../common/errors/gateway.error.js';
import { principalOf } from '../../common/http/request-context.js';
import type { Exchange } from '../../common/http/exchange.js';
import { Lifecycle } from '../../common/lifecycle.js';
import { AppConfig } from '../../config/index.js';
import { EventBus } from '../../contracts/business-events.js';
import type { WorkflowPlan, WorkflowStatus } from '../../contracts/workflow.js';
import type { TaskOptions } from '../agent-tasks/index.js';
import { idempotencyKeyOf } from '../chat/index.js';
import { RoutingTable } from '../models/index.js';
import { checkPlan } from './check-plan.js';
import type { NamedWorkflowDto } from './dto/run-workflow.dto.js';
import type { StepResultDto, WorkflowResultDto } from './dto/workflow-result.dto.js';
import { StepRunner, type RunStep } from './step-runner.js';
import { runHierarchical } from './strategies/run-hierarchical.js';
import { runParallel } from './strategies/run-parallel.js';
import { runSequential } from './strategies/run-sequential.js';
import type { StrategyEnd } from './strategies/strategy-end.js';
import { TextRoom } from './text-room.js';
import { toTaskText } from './transforms.js';
import { WorkflowCatalogue } from './workflow-catalogue.js';
import { WorkflowRun } from './workflow-run.js';

/** What a workflow is given. */
export interface WorkflowRequest {
  readonly input: unknown;
  readonly options?: TaskOptions | null | undefined;
  /** Where it was asked for by its name. */
  readonly name?: string;
}

/** Runs workflows over several agents while their client waits. */
@Injectable()
export class CoordinatorService {
  private readonly mostCharacters: number;

  constructor(
    @Inject(AppConfig) { http }: AppConfig,
    @Inject(RoutingTable) private readonly routing: RoutingTable,
    @Inject(WorkflowCatalogue) private readonly catalogue: WorkflowCatalogue,
    @Inject(StepRunner) private readonly steps: StepRunner,
    @Inject(EventBus) private readonly events: EventBus,
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
  ) {
    this.mostCharacters = http.maxChatBodyBytes;
  }

  /** A workflow of the configuration. Throws `not_found` for one that is not there. */
  async executeWorkflow(asked: NamedWorkflowDto, exchange: Exchange): Promise<WorkflowResultDto> {
    const { workflowName, workflow, input = asked.inputs, options } = asked;
    const named = workflowName ?? workflow;
    if (named == null) throw missing('workflowName');
    if (input === undefined) throw missing('input');
    if (input === '') {
      const param = asked.input === undefined ? 'inputs' : 'input';
      throw new GatewayError('invalid_value', `${param} must not be empty`, { param });
    }
    const param = workflowName == null ? 'workflow' : 'workflowName';
    const { name, plan } = this.catalogue.get(named, param);
    return this.execute(plan, { input, options, name }, exchange);
  }

  /**
   * Throws GatewayError for what cannot be run, `request_too_large` for what weighs more in all than one request may; no
   * backend has heard of it then. Where nothing comes of it, the error has the calls that were made as details. A client that
   * leaves stops all that runs for it, and then this never settles. With an `Idempotency-Key` no call is made twice that has
   * finished.
   */
  async execute(
    plan: WorkflowPlan,
    { input, options, name }: WorkflowRequest,
    exchange: Exchange,
  ): Promise<WorkflowResultDto> {
    checkPlan(plan, this.routing.current.agents);
    const { strategy } = plan;
    const { tenant } = principalOf(exchange.request);
    const task = toTaskText(input);
    const room = new TextRoom(this.mostCharacters);
    room.require(charactersOf(plan, task, options?.context));
    const terms = { key: idempotencyKeyOf(exchange.request), options: options ?? {}, room };
    const done = this.lifecycle.beginWork();
    const run = new WorkflowRun(exchange, terms, (status, durationMs) => {
      done();
      this.events.emit('workflow-settled', { tenant, strategy, status, durationMs });
    });
    const end = await runPlan(plan, task, (step) => this.steps.run(step, run));
    run.settle(statusOf(end));
    const { results, output, failure } = end;
    run.sayHeaders(results, strategy === 'parallel');
    const workflow: WorkflowResultDto = {
      success: failure === undefined && results.every(({ success }) => success),
      workflow_id: run.id,
      ...(name !== undefined && { name }),
      strategy,
      results,
      output,
      usage: sumOf(results),
      durationMs: run.durationMs,
    };
    if (failure === undefined) return workflow;
    const { code, message, retryAfterS, headers, cause } = failure.error;
    throw new GatewayError(code, `${failure.place}: ${message}`, {
      retryAfterS,
      headers,
      cause,
      details: workflow,
    });
  }
}

/** What its calls are told at the least: all of a chain but the first have an answer in place of the input. */
function charactersOf(plan: WorkflowPlan, task: string, context: object | null = null): number {
  const besides = context === null ? 0 : JSON.stringify(context).length;
  switch (plan.strategy) {
    case 'sequential':
      return task.length + plan.steps.length * besides;
    case 'parallel':
      return plan.tasks.length * (task.length + besides);
    case 'hierarchical':
      return (plan.subAgents.length + 2) * (task.length + besides);
  }
}

function runPlan(plan: WorkflowPlan, input: string, run: RunStep): Promise<StrategyEnd> {
  switch (plan.strategy) {
    case 'sequential':
      return runSequential(plan.steps, input, run);
    case 'parallel':
      return runParallel(plan.tasks, input, run);
    case 'hierarchical':
      return runHierarchical(plan, input, run);
  }
}

/** Who cancels one of the generations wanted it to end. */
function statusOf({ results, failure }: StrategyEnd): WorkflowStatus {
  if (failure !== undefined) return failure.error.code === 'cancelled' ? 'cancelled' : 'failed';
  return results.every(({ success }) => success) ? 'finished' : 'partial';
}

const sumOf = (results: readonly StepResultDto[]): WorkflowResultDto['usage'] =>
  results.reduce(
    (sum, { usage }) => ({
      prompt_tokens: sum.prompt_tokens + usage.prompt_tokens,
      completion_tokens: sum.completion_tokens + usage.completion_tokens,
      total_tokens: sum.total_tokens + usage.total_tokens,
    }),
    { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  );

const missing = (param: string): GatewayError =>
  new GatewayError('invalid_request', `${param} is required`, { param });
