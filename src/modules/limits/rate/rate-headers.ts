import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { RateAnswer } from './sliding-window.js';

export const rateHeaders = ({ limit, remaining, resetMs }: RateAnswer): Record<string, string> => ({
  'x-ratelimit-limit-requests': String(limit),
  'x-ratelimit-remaining-requests': String(remaining),
  'x-ratelimit-reset-requests': toDuration(resetMs),
});

/** `20ms`, `1s`, `6m0s`, `50h0m0s`: as OpenAI writes them. */
export function toDuration(ms: number): string {
  if (ms < 1000) return `${Math.ceil(ms)}ms`;
  const seconds = Math.ceil(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return [hours > 0 && `${hours}h`, minutes > 0 && `${minutes % 60}m`, `${seconds % 60}s`]
    .filter(Boolean)
    .join('');
}

export const tooManyRequests = (answer: RateAnswer, message = 'Too many requests.'): GatewayError =>
  new GatewayError('rate_limit_exceeded', message, {
    retryAfterS: Math.ceil(answer.retryMs / 1000),
    headers: { ...rateHeaders(answer), 'retry-after-ms': String(Math.ceil(answer.retryMs)) },
  });
