/** What a client makes of the events it got, whatever the dialect, and however often it had to come back for them. */
export interface Understood {
  /** By the answer's index. */
  readonly text: Readonly<Record<string, string>>;
  readonly reasoning: Readonly<Record<string, string>>;
  /** Joined arguments, by answer and call. */
  readonly calls: Readonly<Record<string, string>>;
  /** What is said of a call once it is whole. */
  readonly wholeCalls: Readonly<Record<string, unknown>>;
  /** The text so far, where the dialect repeats it. */
  readonly soFar: Readonly<Record<string, string>>;
  readonly isWhole: boolean;
}

interface Event {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: string;
}

/** One event without its end. */
export function readEvent(lines: string): Event {
  const bytes = Buffer.from(lines, 'latin1').toString('utf8');
  const [, id, event, data] = /^(?:id: (.+)\n)?(?:event: (.+)\n)?data: (.+)$/.exec(bytes) ?? [];
  if (data === undefined) throw new Error(`not one event: ${bytes}`);
  return { id, event, data };
}

/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-argument --
   what comes off the wire is looked into as it is */
type Draft = { -readonly [Key in keyof Understood]: any };
type Reader = (got: Draft, data: any, event: Event) => void;

const add = (to: Record<string, string>, key: string | number, piece: string): void => {
  to[key] = (to[key] ?? '') + piece;
};

const addCall = (got: Draft, choice: number, call: any): void =>
  add(got.calls, `${choice}-${call.index}`, call.arguments ?? call.function.arguments);

const ofOpenAi: Reader = (got, { choices }) => {
  for (const { index, delta = {}, text } of choices) {
    add(got.text, index, text ?? delta.content ?? '');
    add(got.reasoning, index, delta.reasoning_content ?? '');
    for (const call of delta.tool_calls ?? []) addCall(got, index, call);
  }
};

const READERS: Readonly<Record<string, Reader>> = {
  openai: ofOpenAi,
  'openai-completion': ofOpenAi,
  frames: (got, { index = 0, token, text, reasoning, tool_call: call, final }) => {
    if (token !== undefined) {
      add(got.text, index, token);
      got.soFar[index] = text;
    }
    add(got.reasoning, index, reasoning ?? '');
    if (call !== undefined) addCall(got, index, call);
    if (final) got.isWhole = true;
  },
  events: (got, data, { event }) => {
    if (event === 'chunk') add(got.text, data.index ?? 0, data.text);
    if (event === 'reasoning') add(got.reasoning, data.index ?? 0, data.text);
    if (event === 'tool_call') addCall(got, data.choice ?? 0, data);
    if (event === 'close') got.isWhole = data.reason === 'complete';
  },
  envelope: (got, { data }) => {
    if (data.type === 'chunk') add(got.text, data.index ?? 0, data.text);
    if (data.type === 'reasoning') add(got.reasoning, data.index ?? 0, data.text);
    if (data.type === 'tool_call') addCall(got, data.choice ?? 0, data);
    if (data.type === 'complete') got.isWhole = true;
  },
  // Says nothing of which answer a part belongs to: all that is said of one kind is taken together.
  'ui-message': (got, part) => {
    if (part.type === 'text-delta') add(got.text, 0, part.delta);
    if (part.type === 'reasoning-delta') add(got.reasoning, 0, part.delta);
    if (part.type === 'tool-input-delta') add(got.calls, part.toolCallId, part.inputTextDelta);
    if (part.type === 'tool-input-available') got.wholeCalls[part.toolCallId] = [part.toolName, part.input];
    if (part.type === 'tool-input-error') got.wholeCalls[part.toolCallId] = part;
  },
};

export function understand(dialect: string, events: readonly string[]): Understood {
  const got: Draft = { text: {}, reasoning: {}, calls: {}, wholeCalls: {}, soFar: {}, isWhole: false };
  for (const event of events.map(readEvent)) {
    if (event.data === '[DONE]') got.isWhole = true;
    else READERS[dialect]!(got, JSON.parse(event.data), event);
  }
  return got;
}
