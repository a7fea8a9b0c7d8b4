import type { Failure } from '../../contracts/failure.js';
import type { UpstreamFault } from '../../infrastructure/http/upstream-fault.js';
import { readErrorBody } from './error-text.js';
import { toSafeText } from './safe-text.js';

const MAX_DETAIL = 2000;

/** What a broken connection becomes: nothing was said yet, or the answer broke off. */
export function fromFault(fault: UpstreamFault, started: boolean): Failure {
  const { kind, detail } = fault;
  if (kind === 'protocol') return protocolFailure('its answer is not HTTP', detail);
  if (started)
    return { code: 'upstream_incomplete', message: 'The model server’s answer broke off.', detail };
  return { code: 'upstream_unavailable', message: 'The model server cannot be reached.', detail };
}

/** What an answer becomes that ended without saying so. */
export function endedEarly(started: boolean): Failure {
  if (!started) return protocolFailure('its answer ended without an end mark');
  return { code: 'upstream_incomplete', message: 'The model server’s answer ended before it was complete.' };
}

export function protocolFailure(what: string, detail?: string): Failure {
  return {
    code: 'upstream_protocol_error',
    message: `The model server broke its protocol: ${what}.`,
    detail,
  };
}

/** What the backend said went wrong, in the middle of an answer whose status was fine. */
export function reportedFailure(text: string): Failure {
  return {
    code: exceedsContext(text) ? 'context_length_exceeded' : 'upstream_error',
    message: `The model server failed: ${toSafeText(text)}`,
    detail: text.slice(0, MAX_DETAIL),
  };
}

/** What servers say that know nothing of the path, and so nothing of models. */
const NO_SUCH_PATH = /^\s*(?:404 page |file )?not found\s*$/i;
const WRONG_ADDRESS =
  'The model server has nothing at the path it was asked at: its address may lack a prefix such as `/v1`.';

/** What a status other than 200 becomes. `body` says why, as latin1 characters of its bytes. */
export function fromStatus(status: number, body: string, retryAfter: string | undefined): Failure {
  const { text, code } = readErrorBody(body);
  const detail = `status ${status}: ${text.slice(0, MAX_DETAIL)}`;
  const refused = `The model server refused the request.${text === '' ? '' : ` It said: ${toSafeText(text)}`}`;
  const retryAfterS = toSeconds(retryAfter);
  switch (status) {
    case 400:
    case 413:
    case 422:
      return {
        code: isAboutContext(text, code) ? 'context_length_exceeded' : 'invalid_request',
        message: refused,
        detail,
      };
    case 401:
    case 403:
      return {
        code: 'upstream_auth',
        message: 'The model server refused the gateway’s credentials.',
        detail,
      };
    case 404:
      if (NO_SUCH_PATH.test(text)) return { code: 'upstream_error', message: WRONG_ADDRESS, detail };
      return { code: 'model_not_found', message: 'The model server does not have this model.', detail };
    case 429:
      return {
        code: 'rate_limit_exceeded',
        message: 'The model server limits the rate of requests.',
        retryAfterS,
        detail,
      };
    case 500:
      if (exceedsContext(text)) return { code: 'context_length_exceeded', message: refused, detail };
      break;
    case 503:
      return { code: 'server_busy', message: 'The model server is busy.', retryAfterS, detail };
  }
  if (status < 400) return protocolFailure(`it answered with status ${status}`, detail);
  return { code: 'upstream_error', message: `The model server failed with status ${status}.`, detail };
}

/** Few servers have OpenAI's code for it; in their words all of them name the context. */
const isAboutContext = (text: string, code: unknown): boolean =>
  code === 'context_length_exceeded' || /\bcontext (?:length|size|window)\b/i.test(text);

/** Said of what is no refusal, it takes more than naming the context: servers run out of memory for one, too. */
const exceedsContext = (text: string): boolean =>
  /\bexceeds the (?:available )?context (?:length|size|window)\b/i.test(text);

function toSeconds(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined;
  const seconds = /^\d+$/.test(retryAfter)
    ? Number(retryAfter)
    : (Date.parse(retryAfter) - Date.now()) / 1000;
  return Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(Math.min(seconds, 3600)) : undefined;
}
