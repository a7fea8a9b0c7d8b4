/** Every error a caller can see. Documented in docs/errors.md; a test keeps the two equal. */
export const ERROR_CATALOGUE = {
  invalid_request: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The request is malformed; `param` names the field.',
  },
  invalid_value: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A value is out of its range or not one of those allowed.',
  },
  invalid_json: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The body is not valid JSON, or nests deeper than 64 levels.',
  },
  unsupported_parameter: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A parameter asks for what this gateway does not do.',
  },
  unknown_agent: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'No agent or agent type of this name, which a field, the query or a header has.',
  },
  context_length_exceeded: {
    status: 400,
    type: 'invalid_request_error',
    meaning:
      'The prompt does not fit into the model’s context, which with Ollama is `num_ctx` of the agent or the backend; or a response with what was said before is longer than a body may be.',
  },
  previous_response_not_found: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'No finished response of the id in `previous_response_id` is kept, or it is not yours.',
  },
  verification_failed: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The code is wrong, used up or too old, or the proof is not by the key.',
  },
  upgrade_required: {
    status: 426,
    type: 'invalid_request_error',
    meaning: 'This path takes WebSocket connections only.',
  },
  bad_http: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The request is not HTTP as RFC 9112 defines it; the connection is closed.',
  },
  unauthorized: {
    status: 401,
    type: 'invalid_request_error',
    meaning:
      'A credential is required here and none came, or it is wrong. Below `/v1` it is called `invalid_api_key`.',
  },
  signature_invalid: {
    status: 401,
    type: 'invalid_request_error',
    meaning: 'The signature is not of this request, or not by a key that is known.',
  },
  signature_required: {
    status: 401,
    type: 'invalid_request_error',
    meaning: 'The credential belongs to a device, and this has to be signed with the key of the device.',
  },
  timestamp_out_of_range: {
    status: 401,
    type: 'invalid_request_error',
    meaning: 'The signature is older than 60 seconds or more than 30 seconds ahead.',
  },
  replay: {
    status: 401,
    type: 'invalid_request_error',
    meaning: 'The nonce of the signature has been used before.',
  },
  insufficient_scope: {
    status: 403,
    type: 'invalid_request_error',
    meaning: 'The credential is good, and lacks the scope for this: `read` for GET, `write` for the rest.',
  },
  forbidden: {
    status: 403,
    type: 'invalid_request_error',
    meaning: 'The credential is good, and its role or kind may not do this.',
  },
  tenant_mismatch: {
    status: 403,
    type: 'invalid_request_error',
    meaning: '`X-Tenant-ID` names another tenant than the one the caller belongs to.',
  },
  origin_not_allowed: {
    status: 403,
    type: 'invalid_request_error',
    meaning: 'A web page from there may not ask for this, or the Host header does not name the gateway.',
  },
  not_found: { status: 404, type: 'invalid_request_error', meaning: 'Nothing is here, or it is not yours.' },
  model_not_found: {
    status: 404,
    type: 'invalid_request_error',
    meaning: 'The model does not exist or is not admitted.',
  },
  agent_not_found: {
    status: 404,
    type: 'invalid_request_error',
    meaning: 'No agent or agent type of this name, which the path has.',
  },
  generation_not_found: {
    status: 404,
    type: 'invalid_request_error',
    meaning: 'No generation of this id, or it is not yours.',
  },
  response_not_found: {
    status: 404,
    type: 'invalid_request_error',
    meaning: 'No response of this id is kept, or it is not yours.',
  },
  method_not_allowed: {
    status: 405,
    type: 'invalid_request_error',
    meaning: 'The path exists, not with this method; `Allow` names those it has.',
  },
  request_timeout: {
    status: 408,
    type: 'invalid_request_error',
    meaning: 'The request did not arrive in time; the connection is closed.',
  },
  already_finished: {
    status: 409,
    type: 'invalid_request_error',
    meaning: 'The generation has already ended.',
  },
  email_taken: {
    status: 409,
    type: 'invalid_request_error',
    meaning: 'Somebody of the tenant has this email address.',
  },
  last_administrator: {
    status: 409,
    type: 'invalid_request_error',
    meaning: 'The tenant would be left without an administrator who may log in.',
  },
  idempotency_conflict: {
    status: 409,
    type: 'invalid_request_error',
    meaning: 'The `Idempotency-Key` was used for another request.',
  },
  stream_expired: {
    status: 410,
    type: 'invalid_request_error',
    meaning: 'The stream has ended and is not kept any more.',
  },
  request_too_large: {
    status: 413,
    type: 'invalid_request_error',
    meaning: 'The body is larger than the limit.',
  },
  uri_too_long: {
    status: 414,
    type: 'invalid_request_error',
    meaning: 'The request target is longer than 8 KiB.',
  },
  unsupported_media_type: {
    status: 415,
    type: 'invalid_request_error',
    meaning:
      'The body is of no type that the route takes: `application/json`, and where OAuth has forms those too.',
  },
  headers_too_large: {
    status: 431,
    type: 'invalid_request_error',
    meaning: 'More than 16 KiB or 100 lines of headers.',
  },
  rate_limit_exceeded: {
    status: 429,
    type: 'requests',
    meaning: 'Too many requests; `Retry-After` says when to come back.',
  },
  insufficient_quota: {
    status: 429,
    type: 'insufficient_quota',
    meaning: 'A budget of tokens or of money is used up, or reserved by what runs just now.',
  },
  internal: {
    status: 500,
    type: 'server_error',
    meaning: 'A fault of ours. The log has the details under the request id.',
  },
  interrupted: {
    status: 502,
    type: 'server_error',
    meaning: 'The process that ran the generation is gone.',
  },
  upstream_error: { status: 502, type: 'upstream_error', meaning: 'The model server said it failed.' },
  upstream_unavailable: {
    status: 502,
    type: 'upstream_error',
    meaning: 'The model server cannot be reached.',
  },
  upstream_protocol_error: {
    status: 502,
    type: 'upstream_error',
    meaning: 'The model server answered what is not its protocol.',
  },
  upstream_incomplete: {
    status: 502,
    type: 'upstream_error',
    meaning: 'The answer broke off before its end was said.',
  },
  transform_failed: {
    status: 502,
    type: 'upstream_error',
    meaning: 'What an agent answered is not what the transform of its step needs.',
  },
  upstream_auth: {
    status: 502,
    type: 'upstream_error',
    meaning: 'The model server refused the gateway’s own credentials.',
  },
  loop_detected: {
    status: 508,
    type: 'upstream_error',
    meaning: 'The request came from this gateway itself: the address of a model server leads back to it.',
  },
  server_busy: {
    status: 503,
    type: 'service_unavailable',
    meaning: 'No capacity just now; `Retry-After` says when to come back.',
  },
  shutdown: { status: 503, type: 'service_unavailable', meaning: 'The gateway is shutting down.' },
  audit_unavailable: {
    status: 503,
    type: 'service_unavailable',
    meaning: 'The answer cannot be put on record, so it is not given.',
  },
  dependency_unavailable: {
    status: 503,
    type: 'service_unavailable',
    meaning:
      'What the request needs, such as the database, does not answer; `Retry-After` says when to come back. Below `/oauth` it is called `temporarily_unavailable`.',
  },
  upstream_timeout: { status: 504, type: 'timeout', meaning: 'The model server gave no token in time.' },
  timeout: { status: 504, type: 'timeout', meaning: 'The generation reached its deadline.' },
  cancelled: { status: 499, type: 'cancelled', meaning: 'The generation was cancelled by its id.' },
  slow_client: { status: 499, type: 'cancelled', meaning: 'The reader was too slow for too long.' },
} as const satisfies Record<string, { status: number; type: string; meaning: string }>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;
