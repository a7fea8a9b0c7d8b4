import { Inject, Injectable } from '@nestjs/common';
import { sendSseHead } from '../../common/http/sse-stream.js';
import type { Exchange } from '../../common/http/exchange.js';
import { COMES_BACK, StreamResumption } from '../streaming/index.js';
import type { PromptDto, PromptQueryDto } from './dto/prompt.dto.js';
import { StreamService, type StreamMeta } from './stream.service.js';

const DIALECT = 'events';

/** Streams of prompts to the agent that the path names, as named events at the agent's own pace. */
@Injectable()
export class PromptStreams {
  constructor(
    @Inject(StreamService) private readonly streams: StreamService,
    @Inject(StreamResumption) private readonly resumption: StreamResumption,
  ) {}

  async open(agent: string, query: PromptQueryDto, exchange: Exchange): Promise<void> {
    if (exchange.request.method === 'HEAD') return sendSseHead(exchange.reply);
    const { prompt, model, on_disconnect } = query;
    return (
      this.resumption.resume(exchange, { usualDialect: DIALECT }) ??
      this.stream(agent, { prompt, model, on_disconnect }, exchange, COMES_BACK)
    );
  }

  async stream(
    agent: string,
    body: PromptDto,
    exchange: Exchange,
    terms: StreamMeta['terms'] = {},
  ): Promise<void> {
    const { request: req, reply: res } = exchange;
    const { prompt, model, ...options } = body;
    const named = { agent, param: 'agent', otherwise: 'agent_not_found' } as const;
    const meta = { ...named, terms: { dialect: DIALECT, ...terms } };
    return this.streams.streamOnce({ req, res, prompt, model, options, meta });
  }
}
