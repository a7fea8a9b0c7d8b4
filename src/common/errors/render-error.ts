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

const FAMILIES: readonly (readonly [prefix: string, render: (error: SaidError) => object])[] = [
  ['/v1', toOpenAiRouteError],
  ['/oauth', toOAuthError],
  ['/api/mcp', toJsonRpcError],
  ['/api/embeddings', toOllamaError],
  ['/api/embed', toOllamaError],
  ['/api', toFlatError],
  ['/agent', toFlatError],
  ['/workflow', toFlatError],
  ['/streaming', toFlatError],
  ['/ws', toFlatError],
];

/** The error body a caller of this path expects: by route family, OpenAI's form outside of every family. */
export function renderError(url: string, error: SaidError): object {
  const path = url.split('?', 1)[0]!;
  const family = FAMILIES.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`));
  return (family?.[1] ?? toOpenAiError)(error);
}
