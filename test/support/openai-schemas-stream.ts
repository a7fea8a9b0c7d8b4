import { CHAT_CHUNK, TEXT_COMPLETION_CHUNK } from './openai-schemas.js';
import type { ChatChunk, ChatStream } from './sse.js';

export interface StreamRules {
  readonly choices?: number;
  /** Whether the request had `stream_options.include_usage`. */
  readonly includeUsage?: boolean;
}

const SAME_IN_EACH = ['id', 'object', 'created', 'model', 'system_fingerprint'] as const;

/** What is wrong with a stream of chat completion chunks that ended well. */
export function faultsOfChatStream(stream: ChatStream, rules: StreamRules = {}): string[] {
  return [
    ...stream.chunks.flatMap((chunk, index) => CHAT_CHUNK(chunk, `chunk ${index}`)),
    ...faultsInCommon(stream, rules),
    ...eachChoice(rules, (choice) => faultsOfDeltas(stream.chunks, choice)),
  ];
}

/** What is wrong with a stream of text completion chunks that ended well. */
export function faultsOfCompletionStream(stream: ChatStream, rules: StreamRules = {}): string[] {
  return [
    ...stream.chunks.flatMap((chunk, index) => TEXT_COMPLETION_CHUNK(chunk, `chunk ${index}`)),
    ...faultsInCommon(stream, rules),
    ...eachChoice(rules, (choice) => {
      const last = choicesOf(stream.chunks, choice).at(-1);
      return last?.text === '' ? [] : [`choice ${choice} ends with text`];
    }),
  ];
}

function faultsInCommon(stream: ChatStream, rules: StreamRules): string[] {
  const { chunks, frames } = stream;
  return [
    ...SAME_IN_EACH.flatMap((key) => {
      const values = new Set(chunks.map((chunk) => JSON.stringify(chunk[key as keyof ChatChunk])));
      return values.size === 1 ? [] : [`${key} differs: ${[...values].join(', ')}`];
    }),
    ...frames
      .filter(({ raw }) => !/^data: [^\n]+\n\n$/.test(raw))
      .map(({ raw }) => `not one line of data: ${raw}`),
    ...(stream.done ? [] : ['[DONE] did not come']),
    ...(stream.leftover === '' ? [] : [`something behind the last event: ${stream.leftover}`]),
    ...(stream.broken === undefined ? [] : ['the connection broke']),
    ...faultsOfUsage(chunks, rules),
    ...eachChoice(rules, (choice) => faultsOfEnd(chunks, choice)),
  ];
}

/** Exactly one reason for each choice, in its last chunk. */
function faultsOfEnd(chunks: readonly ChatChunk[], choice: number): string[] {
  const reasons = choicesOf(chunks, choice).map(({ finish_reason: reason }) => reason);
  const early = reasons.slice(0, -1).filter((reason) => reason !== null);
  return [
    ...(reasons.at(-1) == null ? [`choice ${choice} has no reason at its end`] : []),
    ...early.map((reason) => `choice ${choice} says ${reason} before its end`),
  ];
}

/** With the option one more chunk without choices, and null in all others; without it no such key. */
function faultsOfUsage(chunks: readonly ChatChunk[], { includeUsage = false }: StreamRules): string[] {
  if (!includeUsage) return chunks.some((chunk) => 'usage' in chunk) ? ['usage came unasked'] : [];
  const last = chunks.at(-1);
  return [
    ...(last?.usage && last.choices?.length === 0 ? [] : ['the last chunk is not one of usage alone']),
    ...(chunks.slice(0, -1).every((chunk) => chunk.usage === null) ? [] : ['usage is not null before it']),
  ];
}

/** The role first and once; nothing in the last delta; calls counted up, each named once. */
function faultsOfDeltas(chunks: readonly ChatChunk[], choice: number): string[] {
  const deltas = choicesOf(chunks, choice).map(({ delta }) => delta ?? {});
  const calls = deltas.flatMap(({ tool_calls: pieces = [] }) => [...pieces]);
  const named = calls.filter((piece) => piece.id !== undefined).map(({ index }) => index);
  return [
    ...(deltas.findIndex((delta) => 'role' in delta) === 0
      ? []
      : [`choice ${choice} does not begin with its role`]),
    ...(deltas.filter((delta) => 'role' in delta).length === 1
      ? []
      : [`choice ${choice} says its role again`]),
    ...(Object.keys(deltas.at(-1) ?? {}).length === 0 ? [] : [`choice ${choice} ends with a delta`]),
    ...deltas
      .filter((delta) => 'content' in delta && ('reasoning_content' in delta || 'reasoning' in delta))
      .map(() => `choice ${choice} mixes text and reasoning`),
    ...(named.every((index, place) => index === place) ? [] : [`calls are numbered ${named.join(', ')}`]),
    ...calls
      .filter(({ index }) => !named.includes(index))
      .map(({ index }) => `a piece of call ${index}, which was never named`),
  ];
}

const choicesOf = (chunks: readonly ChatChunk[], choice: number) =>
  chunks.flatMap(({ choices = [] }) => choices.filter(({ index }) => index === choice));

const eachChoice = ({ choices = 1 }: StreamRules, faults: (choice: number) => string[]): string[] =>
  Array.from({ length: choices }, (_, choice) => faults(choice)).flat();
