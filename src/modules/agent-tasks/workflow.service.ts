import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../common/errors/gateway.error.js';
import { toGatewayError } from '../../common/errors/to-gateway-error.js';
import type { Exchange } from '../../common/http/exchange.js';
import { onClientGone } from '../../common/http/on-client-gone.js';
import { Lifecycle } from '../../common/lifecycle.js';
import { AgentTypes } from '../agents/index.js';
import { idempotencyKeyOf } from '../chat/index.js';
import type { AgentTaskDto } from './dto/agent-task.dto.js';
import type { TaskAnswerDto } from './dto/task-answer.dto.js';
import type { CreateWorkflowDto, WorkflowDto } from './dto/workflow.dto.js';
import { TaskService } from './task.service.js';
import { toStepKey, toWorkflowId } from './workflow-keys.js';

/** Runs tasks one after the other, each at its own agent and with the answers before it. */
@Injectable()
export class WorkflowService {
  constructor(
    @Inject(AgentTypes) private readonly types: AgentTypes,
    @Inject(TaskService) private readonly tasks: TaskService,
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
  ) {}

  /**
   * Throws GatewayError for what cannot be run; no backend has heard of it then. Where a step fails, it has the answers
   * before it as details. A client that leaves stops it. With an `Idempotency-Key` no step is run twice that has finished.
   */
  async run(asked: CreateWorkflowDto, exchange: Exchange): Promise<WorkflowDto> {
    const steps = toSteps(asked);
    const isSingle = asked.steps == null;
    steps.forEach(({ agent_type }, index) =>
      this.types.get(agent_type, isSingle ? 'agent_type' : `steps[${index}].agent_type`),
    );
    const key = idempotencyKeyOf(exchange.request);
    const about = {
      workflow_id: toWorkflowId(key, exchange.request),
      ...(asked.name != null && { name: asked.name }),
    };
    const done = this.lifecycle.beginWork();
    const stopListening = onClientGone(exchange.reply, done);
    const results: TaskAnswerDto[] = [];
    try {
      for (const [index, step] of steps.entries()) {
        const part = { key: toStepKey(key, index) };
        results.push(await this.tasks.run(knowing(step, results), exchange, part));
      }
    } catch (thrown) {
      const { code, message, retryAfterS, cause } = toGatewayError(thrown);
      const at = results.length;
      const place = isSingle ? message : `Step ${at + 1} (${steps[at]!.agent_type}): ${message}`;
      const details: WorkflowDto = { ...about, status: 'failed', results };
      throw new GatewayError(code, place, { retryAfterS, cause, details });
    } finally {
      stopListening();
      done();
    }
    return { ...about, status: 'completed', results };
  }
}

function toSteps({
  steps,
  agent_type,
  task,
  name: _,
  ...options
}: CreateWorkflowDto): readonly AgentTaskDto[] {
  if (steps != null) return steps;
  if (agent_type != null && task != null) return [{ ...options, agent_type, task }];
  throw new GatewayError('invalid_request', 'steps, or agent_type and task, are required', {
    param: 'steps',
  });
}

function knowing(step: AgentTaskDto, results: readonly TaskAnswerDto[]): AgentTaskDto {
  if (results.length === 0) return step;
  const previous_results = results.map(({ agent_type, text }) => ({ agent_type, text }));
  return { ...step, context: { ...step.context, previous_results } };
}
