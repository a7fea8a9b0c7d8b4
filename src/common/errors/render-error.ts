import { ERROR_CATALOGUE, type ErrorCode } from './error-catalogue.js';

export interface SaidError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly param?: string;
}

/** OpenAI's error body: all four keys, always. */
export function toOpenAiError({ code, message, param }: SaidError) {
  return { error: { message, type: ERROR_CATALOGUE[code].type, param: param ?? null, code } };
}

/** The same by the names that OpenAI's own clients know. */
function toOpenAiRouteError(said: SaidError) {
  const { error } = toOpenAiError(said);
  return { error: said.code === 'unauthorized' ? { ...error, code: 'invalid_api_key' } : error };
}

/** The flat body of routes outside OpenAI's surface. */
const toFlatError = ({ code, message }: SaidError) => ({
  error: code,
  message,
  status_code: ERROR_CATALOGUE[code].status,
});

/** OAuth's body (RFC 6749, section 5.2), and its name for what passes by itself (section 4.1.2.1). */
export const toOAuthError = ({ code, message }: SaidError) => ({
  error: code === 'dependency_unavailable' ? 'temporarily_unavailable' : code,
  error_description: message,
});

/** JSON-RPC 2.0, section 5.1, with the code for a server's own errors. */
const toJsonRpcError = ({ code, message }: SaidError) => ({
  jsonrpc: '2.0',
  error: { code: -32000, message, data: { code } },
  id: null,
});

const toOllamaError = ({ message }: SaidError) => ({ error: message });

export type ErrorForm = 'openai' | 'flat' | 'oauth' | 'json-rpc' | 'ollama';

interface RouteFamily {
  readonly prefix: string;
  readonly form: ErrorForm;
  readonly render: (error: SaidError) => object;
}

/** OpenAI's form outside of every family. */
const ELSEWHERE: RouteFamily = { prefix: '', form: 'openai', render: toOpenAiError };

const FAMILIES: readonly RouteFamily[] = [
  { prefix: '/v1', form: 'openai', render: toOpenAiRouteError },
  { prefix: '/oauth', form: 'oauth', render: toOAuthError },
  { prefix: '/api/mcp', form: 'json-rpc', render: toJsonRpcError },
  { prefix: '/api/embeddings', form: 'ollama', render: toOllamaError },
  { prefix: '/api/embed', form: 'ollama', render: toOllamaError },
  { prefix: '/api', form: 'flat', render: toFlatError },
  { prefix: '/agent', form: 'flat', render: toFlatError },
  { prefix: '/workflow', form: 'flat', render: toFlatError },
  { prefix: '/streaming', form: 'flat', render: toFlatError },
  { prefix: '/ws', form: 'flat', render: toFlatError },
];

const familyOf = (path: string): RouteFamily =>
  FAMILIES.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`)) ?? ELSEWHERE;

/** In which form a route says its errors. */
export const errorFormOf = (path: string): ErrorForm => familyOf(path).form;

/** The error body a caller of this path expects. */
export const renderError = (url: string, error: SaidError): object =>
  familyOf(url.split('?', 1)[0]!).render(error);
