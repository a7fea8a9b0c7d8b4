import type { FastifyReply } from 'fastify';
import { ERROR_CATALOGUE } from '../../../../common/errors/error-catalogue.js';
import type { GatewayError } from '../../../../common/errors/gateway.error.js';
import { toOAuthError } from '../../../../common/errors/render-error.js';
import { errorPage } from './error-page.js';
import { headersOf, type Page, renderPage } from './page.js';

/** Shows a page, with the status of what went wrong where something did. */
export function sendPage(reply: FastifyReply, page: Page, error?: GatewayError): void {
  if (error?.retryAfterS !== undefined) reply.header('retry-after', String(error.retryAfterS));
  void reply
    .status(error === undefined ? 200 : ERROR_CATALOGUE[error.code].status)
    .headers(headersOf(page))
    .send(renderPage(page));
}

/** Shows what went wrong, by the name that OAuth has for it. */
export function sendErrorPage(reply: FastifyReply, error: GatewayError): void {
  const { error: code, error_description: description } = toOAuthError(error);
  sendPage(reply, errorPage({ code, description }), error);
}
