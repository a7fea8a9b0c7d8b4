import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../common/errors/gateway.error.js';
import { sendSseHead } from '../../common/http/sse-stream.js';
import type { Exchange } from '../../common/http/exchange.js';
import { COMES_BACK, StreamResumption } from '../streaming/index.js';
import type { AgentTaskDto } from './dto/agent-task.dto.js';
import type { AgentTaskQueryDto } from './dto/agent-task-query.dto.js';
import { StreamService, type StreamMeta } from './stream.service.js';
import { TaskObservers } from './task-observers.js';

/** What a task's stream is when nobody asks otherwise: one frame for each token, whoever the agent is. */
const TERMS = { dialect: 'frames', usualProfile: 'generic' } as const;

/** Streams of tasks, asked for in a body or in a query. */
@Injectable()
export class TaskStreams {
  constructor(
    @Inject(StreamService) private readonly streams: StreamService,
    @Inject(StreamResumption) private readonly resumption: StreamResumption,
    @Inject(TaskObservers) private readonly observers: TaskObservers,
  ) {}

  stream(
    task: AgentTaskDto,
    exchange: Exchange,
    { terms, otherwise }: Pick<StreamMeta, 'terms' | 'otherwise'> = {},
  ): Promise<void> {
    const { agent_type: agent, task: prompt, model, ...options } = task;
    const { request: req, reply: res } = exchange;
    const meta = { agent, otherwise, terms: { ...TERMS, ...terms } };
    return this.streams.streamOnce({ req, res, prompt, model, options, meta });
  }

  /** The stream of a task in the query; without one, of the tasks that run for the caller. */
  async open(query: AgentTaskQueryDto, exchange: Exchange): Promise<void> {
    const { agent_type, task, context, ...options } = query;
    if (exchange.request.method === 'HEAD') return sendSseHead(exchange.reply);
    if (task === undefined) return this.observers.observe(exchange);
    if (agent_type === undefined)
      throw new GatewayError('invalid_request', 'agent_type is required', { param: 'agent_type' });
    const resumed = this.resumption.resume(exchange, { usualDialect: TERMS.dialect });
    if (resumed !== undefined) return resumed;
    const asked = { agent_type, task, context: readContext(context), ...options };
    return this.stream(asked, exchange, { terms: COMES_BACK });
  }
}

function readContext(json: string | undefined): Record<string, unknown> {
  if (json === undefined || json === '') return {};
  try {
    const context: unknown = JSON.parse(json);
    if (typeof context === 'object' && context !== null && !Array.isArray(context))
      return context as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new GatewayError('invalid_value', 'context must be a JSON object', { param: 'context' });
}
