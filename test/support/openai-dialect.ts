/** In what OpenAI-compatible servers differ. */
export interface OpenAiDialect {
  /** Where `role` is said: a chunk of its own, the first piece, every chunk, or nowhere. */
  readonly role: 'own-chunk' | 'first-piece' | 'every-chunk' | 'never';
  /** `delta.content` of the role's own chunk. */
  readonly roleContent: '' | null;
  /** Where usage is said: a chunk without choices, the finishing chunk, every chunk, or nowhere. */
  readonly usage: 'own-chunk' | 'last-chunk' | 'every-chunk' | 'never';
  /** Whether usage is said only to those who asked for it by `stream_options.include_usage`. */
  readonly usageOnlyAsked: boolean;
  /** Whether chunks without usage say `"usage": null`. */
  readonly usageNull: boolean;
  /** Whether `finish_reason` comes in a chunk of its own or with the last piece. */
  readonly finish: 'own-chunk' | 'last-piece';
  readonly reasoningField: 'reasoning_content' | 'reasoning';
  /** Whether the stream ends with `[DONE]`. */
  readonly done: boolean;
  readonly lineEnd: '\n' | '\r\n' | '\r';
  readonly spaceAfterColon: boolean;
  /** Comment lines between the events, as proxies and slow servers send them. */
  readonly comments: boolean;
  readonly obfuscation: boolean;
  /** Whether tool-call deltas say their index. */
  readonly toolCallIndex: boolean;
  /** Whether a tool call comes whole or in pieces of its arguments. */
  readonly toolCalls: 'whole' | 'pieces';
  /** Whether `[DONE]` follows even an error in the stream. */
  readonly doneAfterError: boolean;
}

const OPENAI: OpenAiDialect = {
  role: 'own-chunk',
  roleContent: '',
  usage: 'own-chunk',
  usageOnlyAsked: true,
  usageNull: true,
  finish: 'own-chunk',
  reasoningField: 'reasoning_content',
  done: true,
  lineEnd: '\n',
  spaceAfterColon: true,
  comments: false,
  obfuscation: true,
  toolCallIndex: true,
  toolCalls: 'pieces',
  doneAfterError: false,
};

const PLAIN: OpenAiDialect = { ...OPENAI, obfuscation: false, usageNull: false };

/** Servers as they are met in the field. Single properties can be changed by spreading one. */
export const DIALECTS = {
  openai: OPENAI,
  vllm: { ...PLAIN, reasoningField: 'reasoning', doneAfterError: true },
  vllmOlder: { ...PLAIN, doneAfterError: true },
  llamaCpp: { ...PLAIN, roleContent: null },
  lmStudio: { ...PLAIN, role: 'every-chunk', toolCalls: 'whole' },
  gemini: {
    ...PLAIN,
    role: 'every-chunk',
    usage: 'every-chunk',
    usageOnlyAsked: false,
    finish: 'last-piece',
    toolCalls: 'whole',
    toolCallIndex: false,
  },
  openRouter: {
    ...PLAIN,
    role: 'every-chunk',
    reasoningField: 'reasoning',
    usage: 'last-chunk',
    comments: true,
  },
  /** Everything that is allowed and seldom, at once. */
  odd: {
    ...OPENAI,
    role: 'never',
    usage: 'last-chunk',
    usageOnlyAsked: false,
    reasoningField: 'reasoning',
    done: false,
    lineEnd: '\r\n',
    spaceAfterColon: false,
    comments: true,
  },
} as const satisfies Record<string, OpenAiDialect>;
