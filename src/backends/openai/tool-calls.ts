import type { ToolCallDelta } from '../../contracts/model-backend.js';
import { newToolCallId } from '../shared/tool-call-id.js';

/** A piece of a call, or a whole one, as servers send it. Nothing in it can be relied on. */
export interface OpenAiToolCall {
  index?: unknown;
  id?: unknown;
  function?: { name?: unknown; arguments?: unknown } | null;
}

interface KnownCall {
  readonly position: number;
  /** As the server named it, if it did. */
  readonly id: string | undefined;
}

/**
 * Puts the pieces of tool calls in order. Servers leave out the index, repeat index 0 for every call, give a call a
 * fresh id in each piece, or none at all. So: a name begins a call, unless the piece repeats the id of the call it
 * continues; what has no name continues the call of its index, else of its id, else the last one.
 */
export class ToolCallPieces {
  private readonly byIndex = new Map<unknown, KnownCall>();
  private readonly byId = new Map<string, KnownCall>();
  private last: KnownCall | undefined;
  /** How many calls there have been. */
  count = 0;

  /** The piece in our words, undefined when it says nothing, or `orphan` when it belongs to no call and would be lost. */
  next(piece: OpenAiToolCall): ToolCallDelta | 'orphan' | undefined {
    const id = toName(piece.id);
    const name = toName(piece.function?.name);
    const text = toArguments(piece.function?.arguments);
    const continued = this.find(piece.index, id);
    if (name !== undefined && (continued === undefined || id === undefined || id !== continued.id)) {
      return { index: this.begin(piece.index, id), id: id ?? newToolCallId(), name, arguments: text };
    }
    if (text === '') return undefined;
    return continued === undefined ? 'orphan' : { index: continued.position, arguments: text };
  }

  private find(index: unknown, id: string | undefined): KnownCall | undefined {
    if (typeof index === 'number') return this.byIndex.get(index);
    return (id === undefined ? undefined : this.byId.get(id)) ?? this.last;
  }

  private begin(index: unknown, id: string | undefined): number {
    const call = { position: this.count++, id };
    if (typeof index === 'number') this.byIndex.set(index, call);
    if (id !== undefined) this.byId.set(id, call);
    this.last = call;
    return call.position;
  }
}

const toName = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Some servers send the arguments as an object, others leave them out. */
function toArguments(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
