import type { AnswerRecord } from '../../../contracts/journal.js';
import type { ToolCallDelta } from '../../../contracts/model-backend.js';
import { toWireJson } from '../../../contracts/wire-text.js';

interface OpenCall {
  readonly id: string;
  readonly name: string;
  input: string;
  /** Whether this reader was told that it begins. */
  begun: boolean;
}

/**
 * Tool calls as parts: their start, their input as it grows, and the whole of it at the end. Of a call that began
 * before its reader the start is said again, the input before is not.
 */
export class UiMessageTools {
  private known: Map<string, OpenCall> | undefined;

  constructor(private readonly before: () => readonly AnswerRecord[]) {}

  delta({ index, id, name, arguments: piece }: ToolCallDelta, choice: number): string {
    const key = keyOf(choice, index);
    let call = this.calls.get(key);
    if (call === undefined) {
      call = toCall(key, { id, name, arguments: '' });
      this.calls.set(key, call);
    }
    const start = call.begun
      ? ''
      : part({ type: 'tool-input-start', toolCallId: call.id, toolName: call.name });
    call.begun = true;
    call.input += piece;
    if (piece === '') return start;
    return start + part({ type: 'tool-input-delta', toolCallId: call.id, inputTextDelta: piece });
  }

  endAll(): string {
    const ends = [...this.calls.values()].map(toEnd);
    this.calls.clear();
    return ends.join('');
  }

  /** By answer and index. Backends number the calls of an answer in their order. */
  private get calls(): Map<string, OpenCall> {
    return (this.known ??= new Map(
      this.before().flatMap(({ toolCalls = [] }, choice) =>
        toolCalls.map((call, index) => {
          const key = keyOf(choice, index);
          return [key, toCall(key, call)] as const;
        }),
      ),
    ));
  }
}

const keyOf = (choice: number, index: number): string => `${choice}-${index}`;

const toCall = (
  key: string,
  { id, name, arguments: input }: { id?: string; name?: string; arguments: string },
): OpenCall => ({ id: id || `call-${key}`, name: name ?? '', input, begun: false });

function toEnd({ id, name, input }: OpenCall): string {
  const said = { toolCallId: id, toolName: name };
  try {
    // Without arguments some models say nothing at all.
    return part({ type: 'tool-input-available', ...said, input: JSON.parse(input || '{}') as unknown });
  } catch {
    return part({
      type: 'tool-input-error',
      ...said,
      input,
      errorText: 'The model gave arguments that are not JSON.',
    });
  }
}

const part = (value: object): string => `data: ${toWireJson(value)}\n\n`;
