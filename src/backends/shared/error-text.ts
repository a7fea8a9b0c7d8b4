import { parseWireJson } from './json-string.js';

/**
 * What an error's body, as latin1 characters of its bytes, says: the words in its JSON, or the body itself where it is
 * plain text. Empty when it says nothing, or is the page of a proxy, which is about hosts and not about the request.
 */
export function toErrorText(body: string): string {
  const parsed = parseWireJson(body);
  if (parsed !== undefined) return findErrorText(parsed) ?? '';
  return body.trimStart().startsWith('<') ? '' : Buffer.from(body, 'latin1').toString('utf8');
}

/**
 * The words of an error, in the shapes that are met: `{"error":"text"}`, `{"error":{"message":"text"}}`,
 * `{"message":"text"}`, `{"detail":"text"}`, a bare string, or any of these in a list of one (Gemini).
 */
export function findErrorText(document: unknown): string | undefined {
  const found: unknown = Array.isArray(document) ? document[0] : document;
  const { error, message, detail } = toRecord(found);
  return [found, error, toRecord(error)['message'], message, detail].find((text) => typeof text === 'string');
}

const toRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
