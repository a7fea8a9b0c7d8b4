// A table: the shapes of OpenAI's answers, and nothing that is not in them.
import {
  choice,
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

const usage = object(
  { prompt_tokens: integer, completion_tokens: integer, total_tokens: integer },
  {
    // Not in the published shapes: only where the backend did not say all of it.
    estimated: flag,
    prompt_tokens_details: object(
      {},
      {
        audio_tokens: integer,
        cache_write_tokens: integer,
        cached_tokens: integer,
        image_tokens: integer,
        text_tokens: integer,
      },
    ),
    completion_tokens_details: object(
      {},
      {
        accepted_prediction_tokens: integer,
        audio_tokens: integer,
        reasoning_tokens: integer,
        rejected_prediction_tokens: integer,
        text_tokens: integer,
      },
    ),
  },
);

const serviceTier = choice('auto', 'default', 'flex', 'priority', 'scale');
const finishReason = choice('stop', 'length', 'tool_calls', 'content_filter');
const completionReason = choice('stop', 'length', 'content_filter');

/** Not in the published shapes; what reasoning models' servers agreed on. */
const reasoning = { reasoning_content: text, reasoning: text };

const toolCall = object({
  id: text,
  type: literal('function'),
  function: object({ name: text, arguments: text }),
});

/** The first piece of a call says whose it is; the others only go on. */
const toolCallPiece = object(
  { index: integer, function: object({ arguments: text }, { name: text }) },
  { id: text, type: literal('function') },
);

const message = object(
  {
    role: literal('assistant'),
    content: nullable(text),
    refusal: nullable(text),
    annotations: list(nothing),
  },
  { tool_calls: list(toolCall), ...reasoning },
);

const alternative = { token: text, logprob: number, bytes: nullable(list(integer)) };
const chatLogprobs = nullable(
  object({
    content: list(object({ ...alternative, top_logprobs: list(object(alternative)) })),
    refusal: literal(null),
  }),
);
const completionLogprobs = nullable(
  object({
    tokens: list(text),
    token_logprobs: list(number),
    top_logprobs: nullable(list(record)),
    text_offset: list(integer),
  }),
);

export const CHAT_COMPLETION = object(
  {
    id: text,
    object: literal('chat.completion'),
    created: integer,
    model: text,
    choices: list(object({ index: integer, message, logprobs: chatLogprobs, finish_reason: finishReason })),
    usage,
  },
  { service_tier: serviceTier, system_fingerprint: text },
);

export const CHAT_CHUNK = object(
  {
    id: text,
    object: literal('chat.completion.chunk'),
    created: integer,
    model: text,
    choices: list(
      object({
        index: integer,
        delta: object(
          {},
          {
            role: literal('assistant'),
            content: nullable(text),
            refusal: nullable(text),
            tool_calls: list(toolCallPiece),
            ...reasoning,
          },
        ),
        logprobs: chatLogprobs,
        finish_reason: nullable(finishReason),
      }),
    ),
  },
  { usage: nullable(usage), service_tier: serviceTier, system_fingerprint: text },
);

const completionOf = (reason: Shape, usageShape: Shape) =>
  object(
    {
      id: text,
      object: literal('text_completion'),
      created: integer,
      model: text,
      choices: list(object({ text, index: integer, logprobs: completionLogprobs, finish_reason: reason })),
    },
    { usage: usageShape, service_tier: serviceTier, system_fingerprint: text },
  );

export const TEXT_COMPLETION = completionOf(completionReason, usage);
export const TEXT_COMPLETION_CHUNK = completionOf(nullable(completionReason), nullable(usage));

export const MODEL = object({ id: text, object: literal('model'), created: integer, owned_by: text });
export const MODEL_LIST = object({ object: literal('list'), data: list(MODEL) });

export const ERROR_BODY = object({
  error: object({ message: text, type: text, param: nullable(text), code: nullable(text) }),
});

/** The body of errors on routes that are not OpenAI's. */
export const FLAT_ERROR_BODY = object({ error: text, message: text, status_code: integer });

/** The body of errors on routes that are Ollama's. */
export const OLLAMA_ERROR_BODY = object({ error: text });

/** The body of errors of OAuth (RFC 6749, section 5.2). */
export const OAUTH_ERROR_BODY = object({ error: text, error_description: text });
