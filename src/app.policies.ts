import type { AccessPolicy } from './common/http/access-policy.js';

/** Who may call what: every route of the gateway. One that is missing here keeps the gateway from starting. */
export const POLICIES: Readonly<Record<string, AccessPolicy>> = {
  'GET /': 'pub',

  'POST /v1/chat/completions': 'net',
  'POST /v1/completions': 'net',
  'POST /v1/voice/chat/completions': 'net',
  'POST /v1/copilot/completions': 'net',
  'POST /v1/gui/chat/completions': 'net',
  'POST /v1/agents/stream': 'net',
  'POST /v1/embeddings': 'net',
  'POST /api/embeddings': 'net',
  'POST /api/embed': 'net',
  'GET /v1/models': 'net',
  'GET /v1/models/*': 'net',
  'GET /v1/generations/:id': 'net',
  'POST /v1/generations/:id/cancel': 'net',

  'POST /api/v1/chat/completions': 'jwt',
  'POST /api/v1/completions': 'jwt',
  'POST /api/v1/agent/:agent_key/chat/completions': 'jwt',
  'POST /api/v1/embeddings': 'jwt',
  'GET /api/v1/models': 'pub',
  'GET /api/v1/models/*': 'pub',

  'POST /api/v1/audit/verify': 'admin',
  'GET /api/v1/audit/checkpoint': 'jwt',
  'GET /api/v1/audit/checkpoint/key': 'jwt',
  'GET /api/v1/audit/conversations': 'jwt',
  'GET /api/v1/audit/conversations/:id': 'jwt',
  'GET /api/v1/audit/conversations/:id/messages': 'jwt',
  'GET /api/v1/audit/messages': 'jwt',
  'GET /api/v1/audit/export': 'jwt',
  'DELETE /api/v1/audit/conversations/:id': 'admin',
  'POST /api/v1/audit/erasures': 'admin',

  'GET /health': 'pub',
  'GET /live': 'pub',
  'GET /ready': 'pub',
  'GET /metrics': 'net',

  'GET /docs': 'pub',
  'GET /docs/*': 'pub',
  'GET /docs-json': 'pub',
  'GET /docs-yaml': 'pub',
  'GET /openapi.json': 'pub',
  'GET /redoc': 'pub',
  'GET /redoc/*': 'pub',

  // Preflights of every path.
  'OPTIONS *': 'pub',
};
