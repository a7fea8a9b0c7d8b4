import { RESPONSE_EVENT } from './response-schemas.js';
import { readSse, type SseSource } from './sse.js';

export interface ResponseItem {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly name?: string;
  readonly call_id?: string;
  readonly namespace?: string;
  readonly arguments?: string;
  readonly input?: string;
  readonly content?: readonly { readonly type: string; readonly text: string; readonly refusal?: string }[];
  readonly summary?: readonly { readonly type: string; readonly text: string }[];
}

export interface ResponseBody {
  readonly id: string;
  readonly status: string;
  readonly output: readonly ResponseItem[];
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly usage: Readonly<Record<string, unknown>> | null;
}

export interface ResponseEvent {
  readonly type: string;
  readonly sequence_number: number;
  readonly response?: ResponseBody;
  readonly item?: ResponseItem;
  readonly item_id?: string;
  readonly output_index?: number;
  readonly delta?: string;
  readonly text?: string;
  readonly arguments?: string;
  readonly input?: string;
  readonly refusal?: string;
  readonly logprobs?: readonly object[];
  readonly code?: string | null;
}

export interface ResponseStream {
  /** Each event's bytes as they came. */
  readonly raw: string[];
  readonly events: ResponseEvent[];
  /** Whether the connection ended as it should. */
  broken: boolean;
}

/** Reads a response's stream to its end, or until something holds of an event. */
export async function readResponseStream(
  source: SseSource,
  until: (event: ResponseEvent) => boolean = () => false,
): Promise<ResponseStream> {
  const stream: ResponseStream = { raw: [], events: [], broken: false };
  try {
    for await (const { raw, event, data } of readSse(source)) {
      if (data === undefined) continue;
      const parsed = JSON.parse(data) as ResponseEvent;
      if (event !== parsed.type) throw new Error(`the event ${event} is called ${parsed.type}`);
      stream.raw.push(raw);
      stream.events.push(parsed);
      if (until(parsed)) break;
    }
  } catch (error) {
    if (error instanceof SyntaxError || (error as Error).message.startsWith('the event')) throw error;
    stream.broken = true;
  }
  return stream;
}

/** The deltas of one kind, joined. */
export const joined = (
  { events }: Pick<ResponseStream, 'events'>,
  kind: 'output_text' | 'refusal' | 'reasoning_text' | 'reasoning_summary_text' | 'function_call_arguments',
): string =>
  events
    .filter(({ type }) => type === `response.${kind}.delta`)
    .map(({ delta }) => delta)
    .join('');

const ENDS = ['response.completed', 'response.incomplete', 'response.failed', 'error'];

/** What is wrong with a stream that was read from its beginning to its end. */
export function faultsOfResponseStream({ events, broken }: ResponseStream): string[] {
  const types = events.map(({ type }) => type);
  return [
    ...events.flatMap((event, index) => RESPONSE_EVENT(event, `event ${index}`)),
    ...events.flatMap(({ sequence_number: number }, index) =>
      number === index ? [] : [`event ${index} has number ${number}`],
    ),
    ...(types[0] === 'response.created' && types[1] === 'response.in_progress'
      ? []
      : [`begins with ${types.slice(0, 2).join(', ')}`]),
    ...(ENDS.includes(types.at(-1)!) ? [] : [`ends with ${types.at(-1)}`]),
    ...types
      .slice(0, -1)
      .flatMap((type, index) =>
        ENDS.includes(type) && !(type === 'error' && types[index + 1] === 'response.failed')
          ? [`${type} before the end`]
          : [],
      ),
    ...(broken ? ['the connection broke'] : []),
    ...faultsOfItems(events),
  ];
}

/** Every item is added, told and done in the published order, and says at its end what its deltas said. */
function faultsOfItems(events: readonly ResponseEvent[]): string[] {
  const whole = ['response.completed', 'response.incomplete'].includes(events.at(-1)?.type ?? '');
  const added = events.filter(({ type }) => type === 'response.output_item.added');
  return [
    ...added.flatMap(({ output_index: at }, index) =>
      at === index ? [] : [`item ${index} has place ${at}`],
    ),
    ...added.flatMap(({ item }) => faultsOfItem(events, item!, whole)),
    ...(whole && events.at(-1)!.response!.output.length !== added.length ? ['the end has other items'] : []),
  ];
}

function faultsOfItem(events: readonly ResponseEvent[], item: ResponseItem, whole: boolean): string[] {
  const own = events.filter((event) => event.item_id === item.id || event.item?.id === item.id);
  const said = own.map(({ type }) => type.replace('response.', ''));
  const steps = said.filter((type, index) => type !== said[index - 1]).join(' ');
  const expected = ORDER[orderOf(item, said)]!;
  const delta = own
    .filter(({ type }) => type.endsWith('.delta'))
    .map((event) => event.delta)
    .join('');
  const ends = own.flatMap((event) => event.text ?? event.refusal ?? event.arguments ?? event.input ?? []);
  const last = events.at(-1)?.response?.output.find(({ id }) => id === item.id);
  return [
    ...((whole ? steps === expected : expected.startsWith(steps)) ? [] : [`${item.id}: ${steps}`]),
    ...ends.flatMap((text) => (text === delta ? [] : [`${item.id} says ${text} at its end, not ${delta}`])),
    ...(last === undefined || item.type === 'tool_search_call' || toldOf(last) === delta
      ? []
      : [`${item.id} is other in the response`]),
  ];
}

function orderOf({ type, content }: ResponseItem, said: readonly string[]): string {
  if (type === 'reasoning' && content === undefined) return 'summary';
  return said.includes('refusal.delta') ? 'refusal' : type;
}

const toldOf = ({ content, summary, arguments: given, input }: ResponseItem) =>
  content?.[0]?.text ?? content?.[0]?.refusal ?? summary?.[0]?.text ?? given ?? input;

const spoken = (kind: string, part = 'content_part') =>
  `output_item.added ${part}.added ${kind}.delta ${kind}.done ${part}.done output_item.done`;

const ORDER: Readonly<Record<string, string>> = {
  message: spoken('output_text'),
  refusal: spoken('refusal'),
  reasoning: spoken('reasoning_text'),
  summary: spoken('reasoning_summary_text', 'reasoning_summary_part'),
  function_call:
    'output_item.added function_call_arguments.delta function_call_arguments.done output_item.done',
  tool_search_call: 'output_item.added output_item.done',
  custom_tool_call:
    'output_item.added custom_tool_call_input.delta custom_tool_call_input.done output_item.done',
};
