import { isListOrNothing, isNothing, isObjectOrNothing, isTextOrNothing } from '../shared/json-shape.js';
import { findChoice, listCalls, type ContentPart, type OpenAiChoice, type OpenAiChunk } from './chunk.js';
import type { OpenAiToolCall } from './tool-calls.js';

/** In what an event is not of the protocol: what would be lost from the answer if it were passed over. */
export function findChunkFault(chunk: OpenAiChunk): string | undefined {
  const { choices } = chunk;
  if (!isListOrNothing(choices)) return 'the choices are not a list';
  if (choices?.some((choice) => !isChoice(choice))) return 'a choice is not an object with an index';
  const choice = findChoice(chunk);
  if (choice === undefined) return undefined;
  const delta = choice.delta ?? choice.message;
  if (!isObjectOrNothing(delta)) return 'a message is not an object';
  if (
    ![delta?.content, delta?.refusal, delta?.reasoning_content, delta?.reasoning, choice.text].every(
      isContent,
    )
  )
    return 'a piece of the answer is not a text';
  const calls = listCalls(delta?.tool_calls);
  if (!isListOrNothing(calls)) return 'tool calls are not a list';
  if (calls?.some((call) => !isCallPiece(call))) return 'a tool call is not one';
  return undefined;
}

/** Which choice it belongs to decides whether it is read at all. */
function isChoice(choice: unknown): boolean {
  if (!isObjectOrNothing(choice)) return false;
  const index = (choice as OpenAiChoice | null)?.index;
  return typeof index === 'number' || isNothing(index);
}

/** A text, or a list of parts, of which not every one has a text, and some have thoughts. */
function isContent(content: unknown): boolean {
  if (!isTextOrParts(content)) return false;
  return (
    !Array.isArray(content) || content.every((part: ContentPart | null) => isTextOrParts(part?.thinking))
  );
}

function isTextOrParts(content: unknown): boolean {
  if (!Array.isArray(content)) return isTextOrNothing(content);
  return content.every((part: ContentPart | null) => isObjectOrNothing(part) && isTextOrNothing(part?.text));
}

/** Pieces may leave out what an earlier one has said. */
function isCallPiece(call: unknown): boolean {
  if (!isObjectOrNothing(call)) return false;
  const called = (call as OpenAiToolCall | null)?.function;
  return isObjectOrNothing(called) && isTextOrNothing(called?.name);
}
