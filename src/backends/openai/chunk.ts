import { parseWireJson } from '../shared/json-string.js';
import type { OpenAiToolCall } from './tool-calls.js';
import type { OpenAiUsage } from './usage.js';

/** An event of a stream, or a whole answer: the same but for `message` in the place of `delta`. */
export interface OpenAiChunk {
  error?: unknown;
  object?: unknown;
  choices?: unknown;
  usage?: OpenAiUsage | null;
  x_groq?: { error?: unknown } | null;
}

export interface OpenAiChoice {
  index?: unknown;
  delta?: OpenAiDelta | null;
  message?: OpenAiDelta | null;
  /** Of text completions. */
  text?: unknown;
  logprobs?: unknown;
  finish_reason?: unknown;
  error?: unknown;
}

export interface OpenAiDelta {
  content?: unknown;
  refusal?: unknown;
  reasoning_content?: unknown;
  reasoning?: unknown;
  tool_calls?: unknown;
}

/** A piece of the answer and which part of it this is. */
export interface Piece {
  readonly kind: 'text' | 'reasoning' | 'refusal';
  readonly text: string;
}

/** The event, or undefined when it is not a JSON object. Gemini wraps its errors into a list of one. */
export function parseChunk(json: string): OpenAiChunk | undefined {
  const parsed = parseWireJson(json);
  const found: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  return isObject(found) ? found : undefined;
}

/**
 * The failure it reports, as a document: `error` with anything in it, also in the choice (OpenRouter) or beside the choices
 * (Groq), or the error object of older vLLM servers.
 */
export function findError(chunk: OpenAiChunk): object | undefined {
  if (Boolean(chunk.error) || chunk.object === 'error') return chunk;
  const error = findChoice(chunk)?.error || chunk.x_groq?.error;
  return error ? { error } : undefined;
}

/** The one answer we asked for. */
export function findChoice({ choices }: OpenAiChunk): OpenAiChoice | undefined {
  if (!Array.isArray(choices)) return undefined;
  return (
    (choices as (OpenAiChoice | null)[]).find((choice) => choice !== null && (choice?.index ?? 0) === 0) ??
    undefined
  );
}

/** Its text, reasoning and refusal, reasoning first. */
export function toPieces(choice: OpenAiChoice): Piece[] {
  const delta = choice.delta ?? choice.message;
  const reasoning =
    toText(delta?.reasoning_content) || toText(delta?.reasoning) || toThoughts(delta?.content);
  const text = toText(delta?.content) || toText(choice.text);
  const refusal = toText(delta?.refusal);
  return [
    { kind: 'reasoning' as const, text: reasoning },
    { kind: 'text' as const, text },
    { kind: 'refusal' as const, text: refusal },
  ].filter((piece) => piece.text !== '');
}

export function toToolCalls(choice: OpenAiChoice): OpenAiToolCall[] {
  const calls = listCalls((choice.delta ?? choice.message)?.tool_calls);
  if (!Array.isArray(calls)) return [];
  return calls.filter((call): call is OpenAiToolCall => typeof call === 'object' && call !== null);
}

/** Tool calls as the list they should be: TGI streams one with no list around it. */
export const listCalls = (calls: unknown): unknown =>
  isObject(calls) && 'function' in calls ? [calls] : calls;

/** The reason given, in the server's words. Some write an empty one where others write null. */
export function toFinishReason({ finish_reason: reason }: OpenAiChoice): string | undefined {
  return typeof reason === 'string' && reason !== '' ? reason : undefined;
}

/** The piece of an event that says nothing else, or undefined. */
export function findOnlyPiece(chunk: OpenAiChunk): Piece | undefined {
  const choice = findChoice(chunk);
  if (choice === undefined || findError(chunk) !== undefined || isObject(chunk.usage)) return undefined;
  if (toFinishReason(choice) !== undefined || toToolCalls(choice).length > 0) return undefined;
  const [piece, another] = toPieces(choice);
  return another === undefined ? piece : undefined;
}

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** A part of a content that is a list. Mistral has thoughts among them, which are a list of parts again. */
export interface ContentPart {
  text?: unknown;
  thinking?: unknown;
}

/** Content is a text, or with some servers a list of parts. */
function toText(content: unknown): string {
  if (typeof content === 'string') return content;
  return toParts(content)
    .map((part) => (typeof part?.text === 'string' ? part.text : ''))
    .join('');
}

const toThoughts = (content: unknown): string =>
  toParts(content)
    .map((part) => toText(part?.thinking))
    .join('');

const toParts = (content: unknown): readonly (ContentPart | null)[] =>
  Array.isArray(content) ? (content as (ContentPart | null)[]) : [];
