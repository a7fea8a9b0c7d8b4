import { readBackendLoading } from './model-loading.js';
import { oneOf } from './parser.js';
import { readPassedFields } from './passed-fields.js';
import type { BackendHabits, ReasoningField, RoutingConfig } from './routing-config.js';
import type { YamlSection } from './yaml-section.js';

const THINK_TAGS = oneOf('split', 'keep');
const LONG_PROMPTS = oneOf('refuse', 'truncate');
const EARLIER_REASONING = oneOf('both', 'reasoning_content', 'reasoning', 'none');

const FIELDS: Readonly<Record<string, readonly ReasoningField[]>> = {
  both: ['reasoning_content', 'reasoning'],
  reasoning_content: ['reasoning_content'],
  reasoning: ['reasoning'],
  none: [],
};

/** What a backend is told of its ways. Each kind knows its own: others refuse the key. */
export function toBackendHabits(
  kind: string,
  section: YamlSection,
  aliases: RoutingConfig['aliases'],
): BackendHabits {
  const speaks = kind === 'ollama' || kind === 'openai';
  const reasoning = kind === 'openai' ? section.read('earlier_reasoning', EARLIER_REASONING) : undefined;
  const keepsThinkTags = speaks && section.read('think_tags', THINK_TAGS) === 'keep';
  const truncatesPrompts = kind === 'ollama' && section.read('long_prompts', LONG_PROMPTS) === 'truncate';
  const loading = kind === 'ollama' ? readBackendLoading(section, aliases) : undefined;
  const passes = readPassedFields(kind, section);
  return {
    ...(reasoning !== undefined && { earlierReasoning: FIELDS[reasoning]! }),
    ...(keepsThinkTags && { keepsThinkTags }),
    ...(truncatesPrompts && { truncatesPrompts }),
    ...(loading && { loading }),
    ...(passes && { passes }),
  };
}
