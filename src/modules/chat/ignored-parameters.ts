import type { FastifyReply } from 'fastify';
import { markIgnoredFields } from '../../common/http/ignored-fields.js';
import { isSettledElsewhere, type Plan } from '../models/index.js';
import type { AdmittedCall, HttpCall } from './call.js';
import { saysLogprobs } from './says-logprobs.js';
import { withUnknownFields } from './unknown-fields.js';

/** What OpenAI does not have, and servers of one's own do. */
const LOCAL_SAMPLING = ['top_k', 'min_p', 'repetition_penalty', 'repeat_penalty'];

const SAMPLING = [
  'model',
  'max_tokens',
  'temperature',
  'top_p',
  'n',
  'stream',
  'stream_options',
  'stop',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  ...LOCAL_SAMPLING,
  'user',
  'on_disconnect',
  'grace_s',
];

/** Fields that are acted upon, by kind of body. The rest is ignored, and said to be. */
const KNOWN = {
  chat: new Set([
    ...SAMPLING,
    'messages',
    'max_completion_tokens',
    'tools',
    'tool_choice',
    'parallel_tool_calls',
    'functions',
    'function_call',
    'response_format',
    'reasoning_effort',
    'chat_template_kwargs',
    'logprobs',
    'top_logprobs',
  ]),
  completion: new Set([...SAMPLING, 'prompt', 'suffix', 'echo', 'best_of', 'logprobs']),
};

/** Those that not every dialect has a word for. */
const LOGPROBS: ReadonlySet<string> = new Set(['logprobs', 'top_logprobs']);
const NONE: ReadonlySet<string> = new Set();

/** Those that only streams for any agent type have. */
const OF_AGENT_STREAMS = new Set(['agent_type', 'type', 'chunk_size', 'timeout', 'buffer_size']);

/** How to answer: those who have settings of their own are not told. */
const SETTINGS = new Set([
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'temperature',
  'top_p',
  'stop',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'functions',
  'function_call',
  'response_format',
  'reasoning_effort',
  'chat_template_kwargs',
  'logprobs',
  'top_logprobs',
  ...LOCAL_SAMPLING,
  'include',
  'reasoning',
  'text',
  'suffix',
]);

/** Lists in `X-Ignored-Parameters` what was sent and has no effect where it was planned to go. */
export function markIgnoredParameters({ exchange }: HttpCall, call: AdmittedCall): void {
  const { body, terms, plan } = call;
  const known = KNOWN[body.kind];
  const unsaid = saysLogprobs(call) ? NONE : LOGPROBS;
  const passed = plan.targets[0]?.gate.backend.passes;
  const isKnown = (name: string) =>
    (known.has(name) && !unsaid.has(name)) ||
    passed?.has(name) === true ||
    (terms.tunable === true && OF_AGENT_STREAMS.has(name));
  const sent = body.kind === 'chat' ? withUnknownFields(body.dto) : body.dto;
  sayIgnored(exchange.reply, { body: sent, plan, isKnown });
}

/** A body of any kind, its fields within others by their paths, and which of them are acted upon. */
export interface Sent {
  readonly body: object;
  readonly plan: Plan;
  readonly isKnown: (name: string) => boolean;
}

/** The same for a body of any kind. */
export function sayIgnored(reply: FastifyReply, { body, plan, isKnown }: Sent): void {
  const isOwn = isSettledElsewhere(plan);
  const withheld = plan.targets[0]?.gate.backend.withholds;
  markIgnoredFields(reply, body, (name) =>
    isOwn ? isIgnoredByOwn(name, isKnown) : !isKnown(name) || withheld?.has(name) === true,
  );
}

function isIgnoredByOwn(name: string, isKnown: (name: string) => boolean): boolean {
  const [whole = name] = name.split('.', 1);
  // What is within something that has no effect is not named besides.
  return SETTINGS.has(whole) ? whole === name : !isKnown(name);
}
