// A table: the shapes of OpenAI's Responses API as far as it is spoken here, and nothing that is not in them.
import {
  choice,
  either,
  flag,
  integer,
  list,
  literal,
  nothing,
  nullable,
  number,
  object,
  record,
  text,
  type Shape,
} from './openai-schemas-shape.js';

const itemStatus = choice('in_progress', 'completed', 'incomplete');

const alternative = object({ token: text, logprob: number, bytes: nullable(list(integer)) });
const logprobs = list(
  object({ token: text, logprob: number, bytes: nullable(list(integer)), top_logprobs: list(alternative) }),
);

export const OUTPUT_TEXT = object({
  type: literal('output_text'),
  text,
  annotations: list(nothing),
  logprobs,
});
const REFUSAL = object({ type: literal('refusal'), refusal: text });
export const REASONING_TEXT = object({ type: literal('reasoning_text'), text });
const SUMMARY_TEXT = object({ type: literal('summary_text'), text });

const outputMessage = object({
  id: text,
  type: literal('message'),
  status: itemStatus,
  role: literal('assistant'),
  content: list(either(OUTPUT_TEXT, REFUSAL)),
});
const reasoning = { id: text, type: literal('reasoning'), status: itemStatus };
const reasoningItem = object({ ...reasoning, summary: list(nothing), content: list(REASONING_TEXT) });
const summaryItem = object({ ...reasoning, summary: list(SUMMARY_TEXT) });
const call = { id: text, status: itemStatus, call_id: text, name: text };
const functionCall = object(
  { ...call, type: literal('function_call'), arguments: text },
  // Not in the published shapes: only what a model server has signed.
  { namespace: text, extra_content: record },
);
const customCall = object({ ...call, type: literal('custom_tool_call'), input: text }, { namespace: text });
const searchCall = object({
  id: text,
  status: itemStatus,
  call_id: text,
  type: literal('tool_search_call'),
  execution: literal('client'),
  arguments: record,
});
export const OUTPUT_ITEM = either(
  outputMessage,
  reasoningItem,
  summaryItem,
  functionCall,
  customCall,
  searchCall,
);

const usage = object(
  {
    input_tokens: integer,
    input_tokens_details: object({ cached_tokens: integer, cache_write_tokens: integer }),
    output_tokens: integer,
    output_tokens_details: object({ reasoning_tokens: integer }),
    total_tokens: integer,
  },
  // Not in the published shapes: only where the backend did not say all of it.
  { estimated: flag },
);

const functionTool = object({
  type: literal('function'),
  name: text,
  description: nullable(text),
  parameters: nullable(record),
  strict: nullable(flag),
});

const customTool = object({
  type: literal('custom'),
  name: text,
  description: nullable(text),
  format: either(
    object({ type: literal('text') }),
    object({ type: literal('grammar'), syntax: text, definition: text }),
  ),
});
const namespaceTool = object({
  type: literal('namespace'),
  name: text,
  description: nullable(text),
  tools: list(either(functionTool, customTool)),
});

const searchTool = object({
  type: literal('tool_search'),
  execution: literal('client'),
  description: nullable(text),
  parameters: nullable(record),
});

const textFormat = either(
  object({ type: literal('text') }),
  object({ type: literal('json_object') }),
  object(
    { type: literal('json_schema'), name: text, schema: record },
    { strict: nullable(flag), description: text },
  ),
);

export const RESPONSE = object(
  {
    id: text,
    object: literal('response'),
    created_at: integer,
    completed_at: nullable(integer),
    status: choice('queued', 'in_progress', 'completed', 'incomplete', 'failed', 'cancelled'),
    background: flag,
    error: nullable(
      object({
        code: choice('server_error', 'rate_limit_exceeded', 'invalid_prompt', 'context_length_exceeded'),
        message: text,
      }),
    ),
    incomplete_details: nullable(object({ reason: choice('max_output_tokens', 'content_filter') })),
    instructions: nullable(text),
    max_output_tokens: nullable(integer),
    max_tool_calls: nullable(integer),
    metadata: record,
    model: text,
    output: list(OUTPUT_ITEM),
    parallel_tool_calls: flag,
    previous_response_id: nullable(text),
    reasoning: object({ effort: nullable(text), summary: nullable(text) }),
    service_tier: literal('default'),
    store: flag,
    temperature: number,
    text: object({ format: textFormat }),
    tool_choice: either(
      choice('none', 'auto', 'required'),
      object({ type: choice('function', 'custom'), name: text }),
    ),
    tools: list(either(functionTool, customTool, namespaceTool, searchTool)),
    top_logprobs: integer,
    top_p: number,
    truncation: choice('auto', 'disabled'),
    usage: nullable(usage),
  },
  { user: text },
);

const part = either(OUTPUT_TEXT, REASONING_TEXT, REFUSAL);
const ofItem = { item_id: text, output_index: integer };
const ofPart = { ...ofItem, content_index: integer };
const ofSummary = { ...ofItem, summary_index: integer };
const ofError = { code: nullable(text), message: text, param: nullable(text) };

const EVENTS: Readonly<Record<string, Readonly<Record<string, Shape>>>> = {
  'response.created': { response: RESPONSE },
  'response.in_progress': { response: RESPONSE },
  'response.completed': { response: RESPONSE },
  'response.incomplete': { response: RESPONSE },
  'response.failed': { response: RESPONSE },
  'response.output_item.added': { output_index: integer, item: OUTPUT_ITEM },
  'response.output_item.done': { output_index: integer, item: OUTPUT_ITEM },
  'response.content_part.added': { ...ofPart, part },
  'response.content_part.done': { ...ofPart, part },
  'response.output_text.delta': { ...ofPart, delta: text, logprobs },
  'response.output_text.done': { ...ofPart, text, logprobs },
  'response.refusal.delta': { ...ofPart, delta: text },
  'response.refusal.done': { ...ofPart, refusal: text },
  'response.reasoning_text.delta': { ...ofPart, delta: text },
  'response.reasoning_text.done': { ...ofPart, text },
  'response.reasoning_summary_part.added': { ...ofSummary, part: SUMMARY_TEXT },
  'response.reasoning_summary_part.done': { ...ofSummary, part: SUMMARY_TEXT },
  'response.reasoning_summary_text.delta': { ...ofSummary, delta: text },
  'response.reasoning_summary_text.done': { ...ofSummary, text },
  'response.function_call_arguments.delta': { ...ofItem, delta: text },
  'response.function_call_arguments.done': { ...ofItem, name: text, arguments: text },
  'response.custom_tool_call_input.delta': { ...ofItem, delta: text },
  'response.custom_tool_call_input.done': { ...ofItem, input: text },
  error: { ...ofError, error: object({ ...ofError, type: text }) },
};

/** One event of a stream. */
export const RESPONSE_EVENT: Shape = (value, path = '$') => {
  const { type } = value as { type: string };
  const own = EVENTS[type];
  if (own === undefined) return [`${path}: no event is called ${type}`];
  return object({ type: literal(type), sequence_number: integer, ...own })(value, path);
};

export const INPUT_ITEM_LIST = object({
  object: literal('list'),
  data: list(record),
  first_id: nullable(text),
  last_id: nullable(text),
  has_more: flag,
});
