import { joinLogprobs, type Logprobs } from '../../../contracts/logprobs.js';
import type { CallExtra } from '../../../contracts/generation-request.js';
import type { CalledTool } from '../tools/find-called.js';
import { toInput } from '../tools/custom-input.js';
import { fromWireText, toWireJson, type WireText } from '../../../contracts/wire-text.js';

/** A thought is told as such, or as the summary of itself. A refusal is a message with a part of its own kind. */
export type SpokenKind = 'reasoning' | 'summary' | 'message' | 'refusal';
export type OutputKind = SpokenKind | CalledTool['kind'];
export type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

/** Which tool, and the id that its answer refers to. */
export interface Called {
  readonly call_id: string;
  readonly name: string;
  readonly namespace?: string;
  /** What the model server said of it besides, and wants back with it. */
  readonly extra_content?: CallExtra;
}

/** What items are called whose kind is not their type. */
const TYPE: Readonly<Partial<Record<OutputKind, string>>> = { summary: 'reasoning', refusal: 'message' };

/** One thing a model gave: a thought, a text, or a call of a tool. */
export class OutputItem {
  /** What it says, or the call's arguments. */
  content: WireText = '';
  status: ItemStatus = 'in_progress';
  /** What the tokens of its text scored, where that is known. */
  logprobs: Logprobs = '';

  constructor(
    readonly kind: OutputKind,
    readonly id: string,
    /** Its place in the output. */
    readonly index: number,
    private readonly called: Called = { call_id: '', name: '' },
  ) {}

  /** Whether nothing can follow: arguments are one JSON object. */
  get isWhole(): boolean {
    return !this.isCall || isObject(this.content);
  }

  get isCall(): boolean {
    return isCallKind(this.kind);
  }

  /** Of a call of a custom tool: what the tool is given. */
  get input(): WireText {
    return toInput(this.content);
  }

  score(logprobs: Logprobs): void {
    this.logprobs = this.logprobs === '' ? logprobs : joinLogprobs(this.logprobs, logprobs);
  }

  /** The item's only part, with what it says so far or without it. */
  part(content = this.content, logprobs = this.logprobs): WireText {
    if (this.kind === 'message')
      return `{"type":"output_text","text":"${content}","annotations":[],"logprobs":[${logprobs}]}`;
    if (this.kind === 'refusal') return `{"type":"refusal","refusal":"${content}"}`;
    return `{"type":"${this.kind === 'summary' ? 'summary_text' : 'reasoning_text'}","text":"${content}"}`;
  }

  /** Of a call: the tool's name. */
  get name(): string {
    return this.called.name;
  }

  toJson(): WireText {
    return this.json(this.kind === 'custom_tool_call' ? this.input : this.content, `[${this.part()}]`);
  }

  /** As it was when nothing had come of it. */
  toEmptyJson(): WireText {
    return this.json('', '[]');
  }

  private json(content: WireText, parts: string): WireText {
    const type = TYPE[this.kind] ?? this.kind;
    const common = `{"id":"${this.id}","type":"${type}","status":"${this.status}"`;
    if (type === 'message') return `${common},"role":"assistant","content":${parts}}`;
    if (this.kind === 'summary') return `${common},"summary":${parts}}`;
    if (this.kind === 'reasoning') return `${common},"summary":[],"content":${parts}}`;
    if (this.kind === 'tool_search_call')
      return `${common},"call_id":${toWireJson(this.called.call_id)},"execution":"client","arguments":${toObject(content)}}`;
    const given = this.kind === 'function_call' ? 'arguments' : 'input';
    return `${common},${toWireJson(this.called).slice(1, -1)},"${given}":"${content}"}`;
  }
}

export const isCallKind = (kind: OutputKind): kind is CalledTool['kind'] => kind.endsWith('_call');

/** Arguments that are an object themselves. Those that broke off are none. */
const toObject = (json: WireText): WireText =>
  isObject(json) ? toWireJson(JSON.parse(fromWireText(json))) : '{}';

function isObject(json: WireText): boolean {
  if (!json.trimEnd().endsWith('}')) return false;
  try {
    JSON.parse(fromWireText(json));
    return true;
  } catch {
    return false;
  }
}
