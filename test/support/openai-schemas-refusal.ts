import { ERROR_BODY, FLAT_ERROR_BODY, OAUTH_ERROR_BODY, OLLAMA_ERROR_BODY } from './openai-schemas.js';

/** A header value that a refusal must not repeat. */
export const SECRET = 'pk_canary_5f3a';

const LEAKS = [
  /\n\s+at /,
  /node_modules/,
  /\/src\//,
  /\.[jt]s:\d+/,
  /FST_/,
  /[A-Z]\w+Error:/,
  /\/tmp\//,
  new RegExp(SECRET),
];

/** OpenAI's form under `/v1` and outside of every family, Ollama's on its routes, the flat one elsewhere under `/api` for tasks and for what is pushed. */
function shapeFor(path: string) {
  if (/^\/api\/embed(?:dings)?$/.test(path)) return OLLAMA_ERROR_BODY;
  if (/^\/oauth(?:\/|$)/.test(path)) return OAUTH_ERROR_BODY;
  return /^\/(?:api|agent|workflow|streaming|ws)(?:\/|$)/.test(path) ? FLAT_ERROR_BODY : ERROR_BODY;
}

/** What is wrong with the body of a refusal: not its route's form, nothing said, or too much of what is inside. */
export function faultsOfRefusal(path: string, body: string): string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return [`not JSON: ${body.slice(0, 200)}`];
  }
  const {
    error,
    error_description: description,
    message = description,
  } = parsed as { error?: string | { message?: string }; message?: string; error_description?: string };
  const said = (typeof error === 'string' ? (message ?? error) : error?.message) ?? '';
  return [
    ...shapeFor(path)(parsed),
    ...(said.length >= 10 && said.length <= 500
      ? []
      : [`says too little or too much: ${said.slice(0, 600)}`]),
    ...LEAKS.filter((leak) => leak.test(body)).map((leak) => `${String(leak)} in ${body}`),
  ];
}

/** The code of a refusal, in whichever form. */
export function codeOf(body: string): string {
  const { error } = JSON.parse(body) as { error: string | { code: string } };
  return typeof error === 'string' ? error : error.code;
}
