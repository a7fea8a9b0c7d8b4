import type {
  ChatMessage,
  ContentPart,
  GenerationRequest,
  ToolDefinition,
} from '../../contracts/generation-request.js';
import type { Part } from './part.js';
import type { Random } from './random.js';
import { toInstance } from './schema-instance.js';
import type { SimulatorSettings } from './settings.js';

const ARGUMENT_CHARACTERS = 8;

/**
 * The tools that will be called, one entry per call; those offered take turns. None once the conversation ends in a
 * tool's result: otherwise a client that runs tools until there are no more calls would never come to an end.
 */
export function chooseTools(
  request: GenerationRequest,
  { tools: wanted }: SimulatorSettings,
): ToolDefinition[] {
  const { input, tools = [], toolChoice = 'auto', parallelToolCalls = true } = request;
  if (toolChoice === 'none' || (input.kind === 'chat' && endsInResult(input.messages))) return [];
  const offered =
    typeof toolChoice === 'object' ? tools.filter(({ name }) => name === toolChoice.name) : tools;
  const least = toolChoice === 'auto' ? 0 : 1;
  const calls = Math.min(Math.max(wanted, least), parallelToolCalls ? Infinity : 1);
  return Array.from({ length: calls }, (_, call) => offered[call % offered.length]).filter(
    (tool) => tool !== undefined,
  );
}

/** The images of a result follow it as a message of the user's. */
const endsInResult = (messages: readonly ChatMessage[]): boolean =>
  messages.findLast(({ content }) => !isImagesOnly(content))?.role === 'tool';

const isImagesOnly = (content: ChatMessage['content']): boolean =>
  Array.isArray(content) && content.every(({ type }: ContentPart) => type === 'image');

/** Each call in several pieces, the first of which carries its id and name. */
export function* toToolCallParts(tools: readonly ToolDefinition[], random: Random): Generator<Part> {
  for (const [index, { name, parameters }] of tools.entries()) {
    const id = toCallId(random);
    const pieces = cutText(JSON.stringify(toInstance(parameters ?? { type: 'object' }, random)));
    for (const [at, piece] of pieces.entries()) {
      yield { kind: 'tool-call', delta: { index, ...(at === 0 ? { id, name } : {}), arguments: piece } };
    }
  }
}

function toCallId(random: Random): string {
  return `call_${Array.from({ length: 24 }, () => random.below(16).toString(16)).join('')}`;
}

/** Never inside a code point. */
const cutText = (text: string): string[] =>
  text.match(new RegExp(`.{1,${ARGUMENT_CHARACTERS}}`, 'gsu')) ?? [];
