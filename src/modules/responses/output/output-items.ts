import type { Logprobs } from '../../../contracts/logprobs.js';
import type { ToolCallDelta } from '../../../contracts/model-backend.js';
import { toWireText, type WireText } from '../../../contracts/wire-text.js';
import type { LogListener } from '../../generation/index.js';
import type { ResponseEcho } from '../response-echo.js';
import { calledAmong, type FindCalled } from '../tools/find-called.js';
import { OutputItem, type Called, type OutputKind } from './output-item.js';

/** What one piece changed. */
export interface Step {
  readonly closed: readonly OutputItem[];
  readonly opened?: OutputItem;
  /** What the piece belongs to. */
  readonly item: OutputItem;
}

const NONE: readonly OutputItem[] = [];
const PREFIX: Readonly<Record<OutputKind, string>> = {
  reasoning: 'rs_',
  summary: 'rs_',
  message: 'msg_',
  refusal: 'msg_',
  function_call: 'fc_',
  custom_tool_call: 'ctc_',
  tool_search_call: 'tsc_',
};

/**
 * Sorts the pieces of a log into items. A text or a thought ends where something else begins. So does a call, if its
 * arguments are whole by then; else it stays open beside what follows. The same log gives the same items, and these
 * have the same ids.
 */
export class OutputItems implements LogListener {
  readonly all: OutputItem[] = [];
  private open: OutputItem[] = [];
  /** The text or thought that the last piece belonged to. */
  private current: OutputItem | undefined;
  private readonly calls = new Map<number, OutputItem>();
  private readonly key: string;
  private readonly find: FindCalled;
  private readonly thought: OutputKind;

  constructor(responseId: string, echo: ResponseEcho) {
    this.find = calledAmong(echo);
    this.thought = isSummaryWanted(echo) ? 'summary' : 'reasoning';
    this.key = responseId.slice(responseId.indexOf('_') + 1);
  }

  text(piece: WireText): Step {
    return this.add('message', piece);
  }

  scoredText(piece: WireText, logprobs: Logprobs): Step {
    const step = this.text(piece);
    step.item.score(logprobs);
    return step;
  }

  reasoning(piece: WireText): Step {
    return this.add(this.thought, piece);
  }

  refusal(piece: WireText): Step {
    return this.add('refusal', piece);
  }

  toolCall({ index, id, name, arguments: piece, extra }: ToolCallDelta): Step {
    const known = this.calls.get(index);
    if (known !== undefined) return this.extend(known, toWireText(piece));
    const closed = this.closeWhole();
    const { kind, ...tool } = this.find(name ?? '');
    const opened = this.begin(kind, {
      call_id: id ?? `call_${this.key}_${index}`,
      ...tool,
      ...(extra && { extra_content: extra }),
    });
    this.calls.set(index, opened);
    this.current = undefined;
    return { ...this.extend(opened, toWireText(piece)), closed, opened };
  }

  /** The answer has ended. What it was cut off in, where it was, is incomplete. */
  finish(isCut: boolean): readonly OutputItem[] {
    const { open } = this;
    this.open = [];
    for (const item of open) {
      const isCutOff = isCut && (!item.isWhole || (item === this.all.at(-1) && !item.isCall));
      item.status = isCutOff ? 'incomplete' : 'completed';
    }
    return open;
  }

  /** The answer broke off. */
  abandon(): void {
    for (const item of this.open) item.status = 'incomplete';
    this.open = [];
  }

  private add(kind: OutputKind, piece: WireText): Step {
    if (this.current?.kind === kind) return this.extend(this.current, piece);
    const closed = this.closeWhole();
    const opened = this.begin(kind);
    this.current = opened;
    return { ...this.extend(opened, piece), closed, opened };
  }

  private extend(item: OutputItem, piece: WireText): Step {
    item.content += piece;
    return { closed: NONE, item };
  }

  private begin(kind: OutputKind, called?: Called): OutputItem {
    const index = this.all.length;
    const item = new OutputItem(kind, `${PREFIX[kind]}${this.key}_${index}`, index, called);
    this.all.push(item);
    this.open.push(item);
    return item;
  }

  private closeWhole(): readonly OutputItem[] {
    if (this.open.length === 0) return NONE;
    const closed = this.open.filter((item) => item.isWhole);
    this.open = this.open.filter((item) => !closed.includes(item));
    for (const item of closed) item.status = 'completed';
    return closed;
  }
}

const isSummaryWanted = ({ reasoning }: ResponseEcho): boolean =>
  ((reasoning ?? {}) as { summary?: string | null }).summary != null;
