import { Inject, Injectable } from '@nestjs/common';
import type { GatewayError } from '../../common/errors/gateway.error.js';
import { toGatewayError } from '../../common/errors/to-gateway-error.js';
import type { AgentCall } from '../../contracts/workflow.js';
import {
  toStepKey,
  toTaskAnswer,
  toTaskCall,
  toTokenCounts,
  type TaskOptions,
} from '../agent-tasks/index.js';
import { AgentRegistry } from '../agents/index.js';
import { CallDesk, type Answering, type Call, type Exchange } from '../chat/index.js';
import type { FollowedLog } from '../generation/index.js';
import { finishedUnlessGone } from '../streaming/index.js';
import { findInstruction } from './agent-methods.js';
import type { StepResultDto } from './dto/workflow-result.dto.js';
import { toTaskText, transformed } from './transforms.js';
import type { WaitingClient } from './waiting-client.js';

/** One call of an agent within a workflow. */
export interface Step {
  readonly call: AgentCall;
  /** Its place among all calls of the workflow. */
  readonly index: number;
  readonly input: unknown;
  /** What is said before the task, where that is not what the method says. */
  readonly instruct?: (ofMethod: string) => string;
  /** What the agent should know besides. */
  readonly context?: Readonly<Record<string, unknown>>;
  readonly transform?: string | undefined;
  readonly phase?: StepResultDto['phase'];
}

/** What all steps of one workflow share. */
export interface Surroundings {
  readonly exchange: Exchange;
  readonly client: WaitingClient;
  readonly options: TaskOptions;
  readonly key: string | undefined;
  /** Told of each answer that has begun. */
  readonly began: (answering: Answering) => void;
}

/** What became of a step, and why where it failed. */
export interface StepEnd {
  readonly result: StepResultDto;
  readonly error?: GatewayError;
}

export type RunStep = (step: Step) => Promise<StepEnd>;

/** Runs single steps. Each is a generation as any other. */
@Injectable()
export class StepRunner {
  constructor(
    @Inject(AgentRegistry) private readonly agents: AgentRegistry,
    @Inject(CallDesk) private readonly desk: CallDesk,
  ) {}

  /** Never rejects. When the client has left nothing begins, and this never settles. */
  async run(step: Step, around: Surroundings): Promise<StepEnd> {
    const { client, key, began } = around;
    if (client.isGone) return new Promise(() => undefined);
    const startedAt = performance.now();
    let begun: FollowedLog | undefined;
    const toResult = (came: Pick<StepResultDto, 'success' | 'output'>): StepResultDto => ({
      ...step.call,
      ...(step.phase !== undefined && { phase: step.phase }),
      ...came,
      generation_id: begun?.id ?? null,
      model: begun?.head.model ?? null,
      usage: toTokenCounts(begun?.usage ?? {}),
      durationMs: Math.round(performance.now() - startedAt),
    });
    try {
      const answering = await this.desk.beginPart(this.toCall(step, around), toStepKey(key, step.index));
      begun = answering.generation;
      began(answering);
      const outcome = await finishedUnlessGone(client.onGone, begun);
      const output = transformed(toTaskAnswer(begun, outcome).text, step.transform);
      return { result: toResult({ success: true, output }) };
    } catch (thrown) {
      const error = toGatewayError(thrown);
      const { code, message } = error;
      return { result: { ...toResult({ success: false, output: null }), error: { code, message } }, error };
    }
  }

  private toCall({ call, input, instruct, context }: Step, { exchange, options }: Surroundings): Call {
    const agent = this.agents.get(call.agent, 'agent');
    const ofMethod = findInstruction(agent, call.method) ?? '';
    const instruction = instruct === undefined ? ofMethod : instruct(ofMethod);
    const task = toTaskText(input);
    return toTaskCall(exchange, {
      agent,
      profile: agent.profile,
      text: instruction === '' ? task : `${instruction}\n\n${task}`,
      options: { ...options, context: { ...options.context, ...context } },
    });
  }
}
