import { Inject, Injectable, Logger } from '@nestjs/common';
import type { GatewayError } from '../../common/errors/gateway.error.js';
import { toGatewayError } from '../../common/errors/to-gateway-error.js';
import type { Exchange } from '../../common/http/exchange.js';
import type { AgentCall } from '../../contracts/workflow.js';
import {
  toStepKey,
  toTaskAnswer,
  toTaskCall,
  toTokenCounts,
  type TaskOptions,
} from '../agent-tasks/index.js';
import { AgentRegistry } from '../agents/index.js';
import { CallDesk, type Answering, type Call } from '../chat/index.js';
import type { FollowedLog } from '../generation/index.js';
import { finishedUnlessGone } from '../streaming/index.js';
import { instructionOf } from './agent-methods.js';
import type { StepResultDto } from './dto/workflow-result.dto.js';
import type { StepRoom } from './step-room.js';
import type { TextRoom } from './text-room.js';
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
  /** Whether what it is told hangs on what others answered. */
  readonly follows?: boolean;
  readonly phase?: StepResultDto['phase'];
}

/** What all steps of one workflow share. */
export interface Surroundings {
  readonly exchange: Exchange;
  readonly client: WaitingClient;
  readonly options: TaskOptions;
  readonly key: string | undefined;
  readonly room: TextRoom;
  readonly stepRoom: StepRoom;
  /** Told of each answer that has begun. */
  readonly began: (answering: Answering) => void;
}

/** What became of a step, and why where it failed. */
export interface StepEnd {
  readonly result: StepResultDto;
  readonly error?: GatewayError;
}

/** What an agent hears of the workflow. */
interface Told {
  readonly text: string;
  readonly context: Readonly<Record<string, unknown>>;
}

export type RunStep = (step: Step) => Promise<StepEnd>;

/** Runs single steps. Each is a generation as any other. */
@Injectable()
export class StepRunner {
  private readonly logger = new Logger(StepRunner.name);

  constructor(
    @Inject(AgentRegistry) private readonly agents: AgentRegistry,
    @Inject(CallDesk) private readonly desk: CallDesk,
  ) {}

  /** Never rejects. When the client has left nothing begins, and this never settles. */
  async run(step: Step, around: Surroundings): Promise<StepEnd> {
    const { client } = around;
    const end = client.isGone ? undefined : await this.runOnce(step, around);
    return end === undefined || client.isGone ? new Promise(() => undefined) : end;
  }

  private async runOnce(step: Step, around: Surroundings): Promise<StepEnd> {
    const { client, key, began, stepRoom } = around;
    const startedAt = performance.now();
    let begun: FollowedLog | undefined;
    const toResult = (came: Pick<StepResultDto, 'success' | 'output' | 'finish_reason'>): StepResultDto => ({
      ...step.call,
      ...(step.phase !== undefined && { phase: step.phase }),
      ...came,
      generation_id: begun?.id ?? null,
      model: begun?.head.model ?? null,
      usage: toTokenCounts(begun?.usage ?? {}),
      durationMs: Math.round(performance.now() - startedAt),
    });
    stepRoom.enter();
    try {
      const told = this.tell(step, around);
      const stepKey = toStepKey(key, step.index, step.follows ? JSON.stringify(told) : undefined);
      const answering = await this.desk.beginPart(this.toCall(step, told, around), stepKey);
      begun = answering.generation;
      began(answering);
      const outcome = await finishedUnlessGone(client.onGone, begun);
      const { text, finish_reason } = toTaskAnswer(begun, outcome);
      const output = transformed(text, step.transform);
      return { result: toResult({ success: true, output, finish_reason }) };
    } catch (thrown) {
      const error = toGatewayError(thrown);
      const { code, message, cause } = error;
      if (code === 'internal') this.logger.error({ generation: begun?.id, err: cause }, message);
      const failed = toResult({ success: false, output: null, finish_reason: null });
      return { result: { ...failed, error: { code, message } }, error };
    } finally {
      stepRoom.leave(begun !== undefined);
    }
  }

  /** Throws GatewayError when the method is there no more, or the workflow has been told too much. */
  private tell({ call, input, instruct, context }: Step, { options, room }: Surroundings): Told {
    const ofMethod = instructionOf(this.agents.get(call.agent, 'agent'), call.method, 'method');
    const instruction = instruct === undefined ? ofMethod : instruct(ofMethod);
    const task = toTaskText(input);
    const told = {
      text: instruction === '' ? task : `${instruction}\n\n${task}`,
      context: { ...options.context, ...context },
    };
    room.take(told.text.length + JSON.stringify(told.context).length);
    return told;
  }

  private toCall(
    { call }: Step,
    { text, context }: Told,
    { exchange, options, stepRoom }: Surroundings,
  ): Call {
    const agent = this.agents.get(call.agent, 'agent');
    const task = { agent, profile: agent.profile, text, options: { ...options, context } };
    return toTaskCall(exchange, { ...task, isPart: true, roomAgain: stepRoom.again });
  }
}
