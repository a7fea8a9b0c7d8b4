import { parseWireJson } from './json-string.js';

export interface ErrorBody {
  /** Empty when it says nothing, or is the page of a proxy, which is about hosts and not about the request. */
  readonly text: string;
  /** As the server spells it, if it has one. */
  readonly code?: unknown;
}

/** What an error's body, as latin1 characters of its bytes, says: the words in its JSON, or itself where it is plain text. */
export function readErrorBody(body: string): ErrorBody {
  const parsed = parseWireJson(body);
  if (parsed !== undefined)
    return { text: findErrorText(parsed) ?? '', code: toRecord(toRecord(parsed)['error'])['code'] };
  return { text: body.trimStart().startsWith('<') ? '' : Buffer.from(body, 'latin1').toString('utf8') };
}

/**
 * The words of an error, in the shapes that are met: `{"error":"text"}`, `{"error":{"message":"text"}}`,
 * `{"message":"text"}`, `{"detail":"text"}`, a bare string, or any of these in a list of one (Gemini); and what FastAPI
 * lists as `detail`, where Mistral puts that into the message.
 */
export function findErrorText(document: unknown): string | undefined {
  const found: unknown = Array.isArray(document) ? document[0] : document;
  const { error, message, detail } = toRecord(found);
  const inner = toRecord(error)['message'];
  const said = [found, error, inner, message, detail].find((text) => typeof text === 'string');
  return (
    (said && findInner(said)) ??
    said ??
    findFaults(detail) ??
    findFaults(toRecord(message)['detail'] ?? toRecord(inner)['detail'])
  );
}

/** An error's text may be the document of another error, which Ollama has from llama.cpp. */
function findInner(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return findErrorText(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** What was found wrong with the fields of a request, each with its place in the body. */
function findFaults(faults: unknown): string | undefined {
  if (!Array.isArray(faults)) return undefined;
  const texts = faults.flatMap((fault) => {
    const { msg, loc } = toRecord(fault);
    if (typeof msg !== 'string') return [];
    const place = (Array.isArray(loc) ? loc : []).filter(isStep).join('.');
    return [place === '' ? msg : `${place}: ${msg}`];
  });
  return texts.length === 0 ? undefined : texts.join('; ');
}

/** All steps begin at the body. */
const isStep = (step: unknown): boolean =>
  typeof step === 'number' || (typeof step === 'string' && step !== 'body');

const toRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
