import type { CallExtra } from '../../contracts/generation-request.js';
import type { ToolCallDelta } from '../../contracts/model-backend.js';
import { newToolCallId } from '../shared/tool-call-id.js';
import { ArgumentsExtent } from './arguments-extent.js';

/** A piece of a call, or a whole one, as servers send it. Nothing in it can be relied on. */
export interface OpenAiToolCall {
  index?: unknown;
  id?: unknown;
  function?: { name?: unknown; arguments?: unknown } | null;
  /** Gemini's. */
  extra_content?: unknown;
}

interface KnownCall {
  readonly position: number;
  readonly name: string;
  /** As the server named it, if it did. */
  readonly id: string | undefined;
  readonly extent: ArgumentsExtent;
}

/**
 * Puts the pieces of tool calls in order. Servers leave out the index, repeat index 0 for every call, give a call a
 * fresh id in each piece, all calls the same one, or none at all, and repeat the name in each piece. So: a name begins a
 * call, unless it is that of the call it continues, whose arguments are not whole yet; what has no name continues the
 * call of its index, else of its id, else the last one.
 */
export class ToolCallPieces {
  private readonly byIndex = new Map<unknown, KnownCall>();
  private readonly byId = new Map<string, KnownCall>();
  private readonly calls: KnownCall[] = [];

  /** How many calls there have been. */
  get count(): number {
    return this.calls.length;
  }

  /** The piece in our words, undefined when it says nothing, or `orphan` when it belongs to no call and would be lost. */
  next(piece: OpenAiToolCall): ToolCallDelta | 'orphan' | undefined {
    const id = toName(piece.id);
    const name = toName(piece.function?.name);
    const text = toArguments(piece.function?.arguments);
    const continued = this.find(piece.index, id);
    if (name !== undefined && (continued === undefined || !isContinuedBy(continued, { id, name, text })))
      return this.begin(piece.index, { id, name, text, extra: toExtra(piece.extra_content) });
    if (text === '') return undefined;
    if (continued === undefined) return 'orphan';
    continued.extent.add(text);
    return { index: continued.position, arguments: text };
  }

  /** What calls lack that ended without arguments: clients read these as JSON, which nothing is not. */
  missing(): ToolCallDelta[] {
    return this.calls
      .filter(({ extent }) => !extent.hasBegun)
      .map(({ position }) => ({ index: position, arguments: '{}' }));
  }

  private find(index: unknown, id: string | undefined): KnownCall | undefined {
    const byId = id === undefined ? undefined : this.byId.get(id);
    if (typeof index === 'number') return this.byIndex.get(index) ?? byId;
    return byId ?? this.calls.at(-1);
  }

  /** Two calls of one id would get one answer between them: the second gets another. */
  private begin(index: unknown, { id, name, text, extra }: BeginningPiece): ToolCallDelta {
    const isUsable = id !== undefined && !this.byId.has(id);
    const call: KnownCall = { position: this.count, name, id, extent: new ArgumentsExtent() };
    call.extent.add(text);
    if (typeof index === 'number') this.byIndex.set(index, call);
    if (id !== undefined) this.byId.set(id, call);
    this.calls.push(call);
    const usableId = isUsable ? id : newToolCallId();
    return { index: call.position, id: usableId, name, arguments: text, ...(extra && { extra }) };
  }
}

interface NamedPiece {
  readonly id: string | undefined;
  readonly name: string;
  readonly text: string;
}

interface BeginningPiece extends NamedPiece {
  readonly extra: CallExtra | undefined;
}

function isContinuedBy(call: KnownCall, { id, name, text }: NamedPiece): boolean {
  const { hasBegun, isWhole } = call.extent;
  if (name !== call.name) return false;
  if (id !== undefined && id === call.id) return !isWhole || text === '';
  // Of two calls that say nothing yet, an id of its own is all that tells them apart.
  return !isWhole && (hasBegun || id === undefined);
}

const toName = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Some servers send the arguments as an object, others leave them out. */
function toArguments(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

const toExtra = (value: unknown): CallExtra | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as CallExtra) : undefined;
