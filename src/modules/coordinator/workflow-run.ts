import type { Exchange } from '../../common/http/exchange.js';
import type { WorkflowStatus } from '../../contracts/workflow.js';
import { toWorkflowId, type TaskOptions } from '../agent-tasks/index.js';
import type { Answering } from '../chat/index.js';
import { answerHeaders } from '../streaming/index.js';
import type { StepResultDto } from './dto/workflow-result.dto.js';
import type { Surroundings } from './step-runner.js';
import { StepRoom } from './step-room.js';
import type { TextRoom } from './text-room.js';
import { WaitingClient } from './waiting-client.js';

type OnSettled = (status: WorkflowStatus, durationMs: number) => void;

/** What one workflow is run with. */
export interface RunTerms {
  readonly key: string | undefined;
  readonly options: TaskOptions;
  readonly room: TextRoom;
}

/** One workflow on its way, for one client. */
export class WorkflowRun implements Surroundings {
  readonly key: string | undefined;
  readonly options: TaskOptions;
  readonly room: TextRoom;
  readonly id: string;
  readonly client: WaitingClient;
  readonly stepRoom = new StepRoom();
  private readonly startedAt = performance.now();
  private readonly answers: Answering[] = [];

  constructor(
    readonly exchange: Exchange,
    { key, options, room }: RunTerms,
    private readonly onSettled: OnSettled,
  ) {
    this.key = key;
    this.options = options;
    this.room = room;
    this.id = toWorkflowId(key, exchange.request);
    this.client = new WaitingClient(exchange.reply, () => onSettled('cancelled', this.durationMs));
    this.client.onGone(() => this.stepRoom.close());
  }

  get durationMs(): number {
    return Math.round(performance.now() - this.startedAt);
  }

  readonly began = (answering: Answering): void => {
    this.answers.push(answering);
  };

  settle(status: WorkflowStatus): void {
    this.client.answered();
    this.onSettled(status, this.durationMs);
  }

  /** Of answers that came beside each other none speaks for all: the limits are told as the last one knew them. */
  sayHeaders(results: readonly StepResultDto[], areBesideEachOther: boolean): void {
    const { reply } = this.exchange;
    const last = this.answers.at(-1)?.generation;
    if (last === undefined) return;
    const speaksForAll = !areBesideEachOther && results.at(-1)?.generation_id === last.id;
    reply.headers(speaksForAll ? answerHeaders(last) : last.headers);
    if (this.answers.length === results.length && this.answers.every(({ isReplayed }) => isReplayed))
      reply.header('idempotent-replayed', 'true');
  }
}
