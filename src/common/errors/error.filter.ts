import { Catch, Logger, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RouteTable } from '../http/route-table.js';
import { wrongMediaType } from '../http/wrong-media-type.js';
import { challengeOf } from './challenge.js';
import { ERROR_CATALOGUE } from './error-catalogue.js';
import { GatewayError } from './gateway.error.js';
import { isFinal } from './is-final.js';
import { renderError } from './render-error.js';
import { toGatewayError } from './to-gateway-error.js';

const WORTH_TAKING_BYTES = 64 * 1024;

/** Says every error in the form its caller expects, and logs once what a caller must not see. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Errors');

  constructor(private readonly routes: RouteTable) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = this.toError(thrown, request);
    const { status } = ERROR_CATALOGUE[error.code];
    this.log(error, status, request);
    if (reply.raw.headersSent || reply.raw.destroyed) {
      reply.raw.destroy();
      return;
    }
    if (error.retryAfterS !== undefined) reply.header('retry-after', String(error.retryAfterS));
    if (isFinal(error)) reply.header('x-should-retry', 'false');
    if (error.headers !== undefined) reply.headers(error.headers);
    if (error.allow !== undefined) reply.header('allow', error.allow.join(', '));
    const challenge = challengeOf(error.code);
    if (challenge !== undefined) reply.header('www-authenticate', challenge);
    if (status === 408 || error.code === 'bad_http' || isBodyToCome(request))
      reply.header('connection', 'close');
    void reply
      .status(status)
      .header('content-type', 'application/json; charset=utf-8')
      .send(
        JSON.stringify({
          ...renderError(request.routeOptions.url ?? request.url, {
            code: error.code,
            message: error.message,
            param: error.param,
          }),
          ...error.details,
        }),
      );
  }

  private toError(thrown: unknown, request: FastifyRequest): GatewayError {
    if (!(thrown instanceof NotFoundException)) {
      const error = toGatewayError(thrown);
      // The server knows what it cannot parse, and the route what it takes.
      return error !== thrown && error.code === 'unsupported_media_type' ? wrongMediaType(request) : error;
    }
    const allow = this.routes.methodsOf(request.url);
    if (allow.length === 0 || allow.includes(request.method))
      return new GatewayError('not_found', 'Nothing is here.');
    return new GatewayError('method_not_allowed', `This path has no ${request.method}.`, { allow });
  }

  private log(error: GatewayError, status: number, request: FastifyRequest): void {
    if (status < 500) return;
    const line = {
      requestId: request.id,
      code: error.code,
      err: error.code === 'internal' ? error.cause : undefined,
    };
    if (error.code === 'internal') this.logger.error(line, error.message);
    else
      this.logger.warn(
        { ...line, detail: typeof error.cause === 'string' ? error.cause : undefined },
        error.message,
      );
  }
}

/** Whether so much of the body is still to be sent that it is cheaper to close than to take it. */
const isBodyToCome = ({ raw, headers }: FastifyRequest): boolean =>
  !raw.complete &&
  (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > WORTH_TAKING_BYTES);
