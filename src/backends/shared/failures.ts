import type { Failure } from '../../contracts/failure.js';
import type { UpstreamFault } from '../../infrastructure/http/upstream-fault.js';

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
    code: 'upstream_error',
    message: `The model server failed: ${toSafeText(text)}`,
    detail: text.slice(0, MAX_DETAIL),
  };
}

/** What a status other than 200 becomes. `text` is the backend's own explanation, empty when it gave none. */
export function fromStatus(status: number, text: string, retryAfter: string | undefined): Failure {
  const detail = `status ${status}: ${text.slice(0, MAX_DETAIL)}`;
  const said = text === '' ? '' : ` It said: ${toSafeText(text)}`;
  const retryAfterS = toSeconds(retryAfter);
  switch (status) {
    case 400:
    case 413:
    case 422:
      return { code: 'invalid_request', message: `The model server refused the request.${said}`, detail };
    case 401:
    case 403:
      return {
        code: 'upstream_auth',
        message: 'The model server refused the gateway’s credentials.',
        detail,
      };
    case 404:
      return { code: 'model_not_found', message: 'The model server does not have this model.', detail };
    case 429:
      return {
        code: 'rate_limit_exceeded',
        message: 'The model server limits the rate of requests.',
        retryAfterS,
        detail,
      };
    case 503:
      return { code: 'server_busy', message: 'The model server is busy.', retryAfterS, detail };
  }
  if (status < 400) return protocolFailure(`it answered with status ${status}`, detail);
  return { code: 'upstream_error', message: `The model server failed with status ${status}.`, detail };
}

/** A backend's words without what a caller must not see: hosts, addresses, paths, keys, stack lines, control characters. */
export function toSafeText(text: string): string {
  // Bounded first: the patterns below are not made for long texts.
  const firstLines = text.slice(0, MAX_DETAIL).split(/\n\s+at /)[0] ?? '';
  const safe = firstLines
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '[address]')
    .replace(/\b(?:(?:[a-z0-9-]+\.)+[a-z]{2,}:\d{1,5}|[a-z][a-z0-9-]*:\d{4,5})\b/gi, '[address]')
    .replace(/\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, '[secret]')
    .replace(/\[[0-9a-f:]*:[0-9a-f:]*\](?::\d+)?/gi, '[address]')
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '[address]')
    .replace(/(?:\/[\w.@-]+){2,}\/?/g, '[path]')
    .replace(/\b(?:sk|pk|key|token|bearer)[-_ ][\w.-]{8,}/gi, '[secret]')
    .replace(/[\x00-\x1f\x7f]+/g, ' ')
    .replace(/<[^>]{0,200}>/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return safe.length > 300 ? `${safe.slice(0, 300)}…` : safe;
}

function toSeconds(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined;
  const seconds = /^\d+$/.test(retryAfter)
    ? Number(retryAfter)
    : (Date.parse(retryAfter) - Date.now()) / 1000;
  return Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(Math.min(seconds, 3600)) : undefined;
}
