import { ConfigError } from './config-error.js';
import { listOf, name } from './parser.js';
import type { YamlSection } from './yaml-section.js';

const NAMES = listOf(name);

/** What the gateway says itself, in the words of the server and not in the caller's. */
const SAID_BY_US: Readonly<Record<string, ReadonlySet<string>>> = {
  openai: new Set([
    'model',
    'messages',
    'prompt',
    'suffix',
    'n',
    'stream',
    'stream_options',
    'max_tokens',
    'max_completion_tokens',
    'temperature',
    'top_p',
    'top_k',
    'min_p',
    'repetition_penalty',
    'repeat_penalty',
    'frequency_penalty',
    'presence_penalty',
    'seed',
    'random_seed',
    'stop',
    'tools',
    'tool_choice',
    'parallel_tool_calls',
    'response_format',
    'reasoning_effort',
    'chat_template_kwargs',
    'logprobs',
    'top_logprobs',
    'user',
  ]),
  ollama: new Set([
    'num_ctx',
    'num_predict',
    'temperature',
    'top_p',
    'top_k',
    'min_p',
    'repeat_penalty',
    'frequency_penalty',
    'presence_penalty',
    'seed',
    'stop',
  ]),
};

/** The fields of a caller's body that go to a backend of this kind as they are; undefined where none do. */
export function readPassedFields(kind: string, section: YamlSection): readonly string[] | undefined {
  const saidByUs = SAID_BY_US[kind];
  const fields = saidByUs && section.read('passes', NAMES);
  const taken = fields?.find((field) => saidByUs?.has(field));
  if (taken !== undefined)
    throw new ConfigError(`${section.label('passes')} must not name ${taken}, which the gateway says itself`);
  return fields?.length === 0 ? undefined : fields;
}
