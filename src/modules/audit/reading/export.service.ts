import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { toOpenAiError } from '../../../common/errors/render-error.js';
import { toGatewayError } from '../../../common/errors/to-gateway-error.js';
import { streamLines } from '../../../common/http/line-stream.js';
import { principalOf } from '../../../common/http/request-context.js';
import type { ConversationFilterDto } from './dto/audit-query.dto.js';
import { ExportLines } from './export-lines.js';
import { toConversationFilter } from './to-filters.js';
import { visibleTo } from './visible-rows.js';

/** Exports that run, each on one request. A shutdown ends them. */
@Injectable()
export class ExportService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(ExportService.name);
  private readonly stop = new AbortController();

  private readonly running = new Set<Promise<void>>();

  constructor(@Inject(ExportLines) private readonly lines: ExportLines) {}

  async answer(query: ConversationFilterDto, reply: FastifyReply): Promise<void> {
    const { request } = reply;
    const headers = headersAt(new Date());
    if (request.method === 'HEAD') return void reply.headers(headers).send();
    const run = streamLines(reply, {
      headers,
      pieces: this.lines.pieces(visibleTo(principalOf(request)), toConversationFilter(query)),
      signal: this.stop.signal,
      lastLine: (error) => this.lastLine(error, request.id),
    });
    this.running.add(run);
    await run.finally(() => this.running.delete(run));
  }

  /** Waits until they have: the server would cut their connections with the last line still on its way. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort(
      new GatewayError('shutdown', 'The gateway is shutting down; the export is not complete.'),
    );
    await Promise.allSettled(this.running);
  }

  private lastLine(thrown: unknown, requestId: string): string {
    const { code, message, cause } = toGatewayError(thrown);
    if (code === 'internal') this.logger.error({ requestId, err: cause }, 'an export broke off');
    else this.logger.warn({ requestId, code, detail: cause }, 'an export broke off');
    return JSON.stringify(toOpenAiError({ code, message }));
  }
}

const headersAt = (now: Date): Record<string, string> => ({
  'content-type': 'application/x-ndjson; charset=utf-8',
  'content-disposition': `attachment; filename="audit-${now.toISOString().replace(/[-:]|\.\d+/g, '')}.ndjson"`,
});
