import { toOpenAiError } from '../../../common/errors/render-error.js';
import type { Failure } from '../../../contracts/failure.js';
import { cancelFailure, type CancelReason, type Outcome } from '../../../contracts/generation-outcome.js';
import type { Logprobs } from '../../../contracts/logprobs.js';
import type { ToolCallDelta } from '../../../contracts/model-backend.js';
import type { Ending, FinishedEnding, FrameWriter, StreamHead } from '../../../contracts/stream-dialect.js';
import { toWireJson, toWireText, type WireText } from '../../../contracts/wire-text.js';
import type { ResponseEcho } from '../response-echo.js';
import { isCallKind, type OutputItem } from './output-item.js';
import { OutputItems, type Step } from './output-items.js';
import { toEnd, usageAt } from './response-end.js';
import { BEGUN, toResponseJson } from './response-json.js';
import { partOf, placeOf, SPOKEN } from './spoken-events.js';

/** `response.created` and `response.in_progress` are these, whatever comes. */
const CREATED = 0;
const IN_PROGRESS = 1;

/**
 * Spells a response's named events. Each log entry is told alone and the log from its beginning, so that an event has
 * the same number for every reader; who comes back is told nothing up to the event it has.
 */
export class ResponseWriter implements FrameWriter {
  private readonly items: OutputItems;
  private next = IN_PROGRESS + 1;

  constructor(
    private readonly head: StreamHead,
    private readonly echo: ResponseEcho,
    /** Number of the last event the client has. */
    private readonly after = -1,
  ) {
    this.items = new OutputItems(head.id, echo);
  }

  open(): string {
    if (this.after >= IN_PROGRESS) return '';
    const response = `"response":${toResponseJson(this.head, this.echo, BEGUN)}`;
    return (
      (this.after < CREATED ? event('response.created', CREATED, response) : '') +
      event('response.in_progress', IN_PROGRESS, response)
    );
  }

  text(text: WireText): string {
    return this.tell(this.items.text(text), text);
  }

  scoredText(text: WireText, logprobs: Logprobs): string {
    return this.tell(this.items.scoredText(text, logprobs), text, logprobs);
  }

  reasoning(text: WireText): string {
    return this.tell(this.items.reasoning(text), text);
  }

  refusal(text: WireText): string {
    return this.tell(this.items.refusal(text), text);
  }

  toolCall(delta: ToolCallDelta): string {
    return this.tell(this.items.toolCall(delta), toWireText(delta.arguments));
  }

  finished(ending: FinishedEnding): string {
    const outcome: Outcome = { status: 'finished', finishReasons: ending.finishReasons };
    const { status } = toEnd(outcome);
    const closed = this.items.finish(status === 'incomplete');
    return closed.map((item) => this.done(item)).join('') + this.end(`response.${status}`, outcome, ending);
  }

  failed(failure: Failure, ending: Ending): string {
    this.items.abandon();
    return this.error(failure) + this.end('response.failed', { status: 'failed', failure }, ending);
  }

  cancelled(reason: CancelReason, ending: Ending): string {
    const outcome: Outcome = { status: 'cancelled', reason };
    // The response goes on without this reader, and what it has not been told keeps its number.
    if (reason === 'slow_client') this.next--;
    else this.items.abandon();
    const error = this.error(cancelFailure(reason));
    return reason !== 'slow_client' && toEnd(outcome).status === 'failed'
      ? error + this.end('response.failed', outcome, ending)
      : error;
  }

  private tell({ closed, opened, item }: Step, piece: WireText, logprobs?: Logprobs): string {
    const delta = () => (piece === '' ? '' : this.delta(item, piece, logprobs));
    if (opened === undefined) return delta();
    return closed.map((each) => this.done(each)).join('') + this.added(opened) + delta();
  }

  private added(item: OutputItem): string {
    const added = this.say(
      'response.output_item.added',
      () => `"output_index":${item.index},"item":${item.toEmptyJson()}`,
    );
    if (isCallKind(item.kind)) return added;
    return (
      added + this.say(`${SPOKEN[item.kind].part}.added`, () => `${partOf(item)},"part":${item.part('', '')}`)
    );
  }

  private delta(item: OutputItem, piece: WireText, logprobs?: Logprobs): string {
    if (item.kind === 'function_call')
      return this.say('response.function_call_arguments.delta', () => `${placeOf(item)},"delta":"${piece}"`);
    // What other tools are given is known when their arguments are whole.
    if (isCallKind(item.kind)) return '';
    const { text, isScored } = SPOKEN[item.kind];
    const scores = isScored ? scoresOf(logprobs) : '';
    return this.say(`${text}.delta`, () => `${partOf(item)},"delta":"${piece}"${scores}`);
  }

  private done(item: OutputItem): string {
    return (
      this.contentDone(item) +
      this.say('response.output_item.done', () => `"output_index":${item.index},"item":${item.toJson()}`)
    );
  }

  private contentDone(item: OutputItem): string {
    if (item.kind === 'custom_tool_call') return this.inputDone(item);
    if (item.kind === 'tool_search_call') return '';
    if (item.kind === 'function_call')
      return this.say(
        'response.function_call_arguments.done',
        () => `${placeOf(item)},"name":${toWireJson(item.name)},"arguments":"${item.content}"`,
      );
    const { text, part, field, isScored } = SPOKEN[item.kind];
    const scores = isScored ? scoresOf(item.logprobs) : '';
    return (
      this.say(`${text}.done`, () => `${partOf(item)},"${field}":"${item.content}"${scores}`) +
      this.say(`${part}.done`, () => `${partOf(item)},"part":${item.part()}`)
    );
  }

  private inputDone(item: OutputItem): string {
    const { input } = item;
    const delta = () => `${placeOf(item)},"delta":"${input}"`;
    return (
      (input === '' ? '' : this.say('response.custom_tool_call_input.delta', delta)) +
      this.say('response.custom_tool_call_input.done', () => `${placeOf(item)},"input":"${input}"`)
    );
  }

  private end(type: string, outcome: Outcome, { usage, durationMs }: Ending): string {
    const state = { end: toEnd(outcome), items: this.items.all, usage: usageAt(outcome, usage), durationMs };
    return this.say(type, () => `"response":${toResponseJson(this.head, this.echo, state)}`);
  }

  /** As published, and within `error` as OpenAI sends it: its clients raise that alone, and most pass a failed end over. */
  private error(failure: Failure): string {
    return this.say('error', () => {
      const { error } = toOpenAiError(failure);
      const { code, message, param } = error;
      return toWireJson({ code, message, param, error }).slice(1, -1);
    });
  }

  private say(type: string, said: () => WireText): string {
    const number = this.next++;
    return number > this.after ? event(type, number, said()) : '';
  }
}

const scoresOf = (logprobs: Logprobs = ''): WireText => `,"logprobs":[${logprobs}]`;

const event = (type: string, number: number, said: WireText): string =>
  `event: ${type}\ndata: {"type":"${type}","sequence_number":${number},${said}}\n\n`;
