import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../common/errors/gateway.error.js';
import type { Exchange } from '../../common/http/exchange.js';
import type { Principal } from '../../contracts/principal.js';
import { AgentTypes } from '../agents/index.js';
import { CallDesk } from '../chat/index.js';
import { GenerationControl } from '../generation/index.js';
import { answerHeaders, finishedOutcome } from '../streaming/index.js';
import type { AgentTaskDto } from './dto/agent-task.dto.js';
import type { CancelledTaskDto, TaskAnswerDto } from './dto/task-answer.dto.js';
import { toTaskAnswer } from './to-task-answer.js';
import { toTaskCall } from './to-task-call.js';

/** Of work that was let in before. */
export interface TaskPart {
  readonly key: string | undefined;
}

/** Tasks whose answer is wanted whole. */
@Injectable()
export class TaskService {
  constructor(
    @Inject(AgentTypes) private readonly types: AgentTypes,
    @Inject(CallDesk) private readonly desk: CallDesk,
    @Inject(GenerationControl) private readonly control: GenerationControl,
  ) {}

  /**
   * Throws GatewayError when there is no whole answer. A client that leaves stops it: then nothing more happens. Of a part
   * of something larger the key stands in for the `Idempotency-Key` of the request.
   */
  async run(asked: AgentTaskDto, exchange: Exchange, part?: TaskPart): Promise<TaskAnswerDto> {
    const { agent_type, task: text, ...options } = asked;
    const { reply } = exchange;
    const isPart = part !== undefined;
    const call = toTaskCall(exchange, { ...this.types.get(agent_type), text, options, isPart });
    const { generation } = await this.desk.beginFor(exchange, call, part?.key);
    const outcome = await finishedOutcome(reply, generation).finally(() => {
      // Who answered is known by now.
      reply.headers(answerHeaders(generation, isPart ? undefined : reply));
    });
    return { agent_type, ...toTaskAnswer(generation, outcome) };
  }

  /** Throws `generation_not_found`, also for one that has ended. */
  async cancel(id: string, caller: Principal): Promise<CancelledTaskDto> {
    try {
      await this.control.cancel(id, caller);
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== 'already_finished') throw error;
      throw new GatewayError('generation_not_found', `No generation '${id.slice(0, 100)}' runs.`, {
        param: 'id',
      });
    }
    return { cancelled: true, generation_id: id, status: 'cancelled' };
  }
}
