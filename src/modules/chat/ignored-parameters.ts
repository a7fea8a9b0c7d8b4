import type { FastifyReply } from 'fastify';
import type { HttpCall } from './call.js';

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
    'response_format',
    'reasoning_effort',
  ]),
  completion: new Set([...SAMPLING, 'prompt', 'suffix', 'echo', 'best_of']),
};

/** Those that only streams for any agent type have. */
const OF_AGENT_STREAMS = new Set(['agent_type', 'type', 'chunk_size', 'timeout', 'buffer_size']);

const MOST_NAMES = 20;
const HEADER_SAFE = /^[\w.-]{1,64}$/;

/** Lists what was sent and has no effect in `X-Ignored-Parameters`. */
export function markIgnoredParameters({ body, exchange, terms }: HttpCall): void {
  const known = KNOWN[body.kind];
  const isKnown = (name: string) => known.has(name) || (terms.tunable === true && OF_AGENT_STREAMS.has(name));
  sayIgnored(exchange.reply, body.dto, isKnown);
}

/** The same for a body of any kind. */
export function sayIgnored(reply: FastifyReply, body: object, isKnown: (name: string) => boolean): void {
  let ignored = '';
  let count = 0;
  const sent = body as Readonly<Record<string, unknown>>;
  for (const name in sent) {
    // Undefined is a declared field that was not sent.
    if (sent[name] === undefined || isKnown(name)) continue;
    if (!HEADER_SAFE.test(name) || ++count > MOST_NAMES) continue;
    ignored += ignored === '' ? name : `, ${name}`;
  }
  if (ignored !== '') reply.header('x-ignored-parameters', ignored);
}
