import type { Call } from './call.js';

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
  'chunk_size',
  'timeout',
  'buffer_size',
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

const MOST_NAMES = 20;
const HEADER_SAFE = /^[\w.-]{1,64}$/;

/** Lists what was sent and has no effect in `X-Ignored-Parameters`. */
export function markIgnoredParameters({ body, exchange }: Call): void {
  let ignored = '';
  let count = 0;
  for (const name in body.dto) {
    if (KNOWN[body.kind].has(name) || !HEADER_SAFE.test(name) || ++count > MOST_NAMES) continue;
    ignored += ignored === '' ? name : `, ${name}`;
  }
  if (ignored !== '') exchange.reply.header('x-ignored-parameters', ignored);
}
