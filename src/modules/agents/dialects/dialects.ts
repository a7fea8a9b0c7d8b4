import type { StreamDialect } from '../../../contracts/stream-dialect.js';
import { EnvelopeDialect } from './envelope.dialect.js';
import { EventsDialect } from './events.dialect.js';
import { FramesDialect } from './frames.dialect.js';
import { OpenAiChatDialect } from './openai-chat.dialect.js';
import { OpenAiCompletionDialect } from './openai-completion.dialect.js';
import { UiMessageDialect } from './ui-message.dialect.js';

/** Every way to spell a stream. Adding one is a file and a line here. */
export const DIALECTS = [
  OpenAiChatDialect,
  OpenAiCompletionDialect,
  FramesDialect,
  EventsDialect,
  EnvelopeDialect,
  UiMessageDialect,
];

/** The dialects' instances. Also the injection token. */
export type StreamDialects = readonly StreamDialect[];
export const StreamDialects = Symbol('StreamDialects');

/** Completions of a prompt are spelled their own way under the same name. */
export const FOR_COMPLETIONS = '-completion';

/** The names callers know. */
export const DIALECT_NAMES: readonly string[] = DIALECTS.map((Dialect) => new Dialect().name).filter(
  (name) => !name.endsWith(FOR_COMPLETIONS),
);
