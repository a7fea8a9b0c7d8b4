import { GatewayError } from '../../../common/errors/gateway.error.js';
import { requireObject, RequestValidationPipe } from '../../../common/validation/request-validation.pipe.js';
import {
  CreateChatCompletionDto,
  requireIdempotencyKey,
  type Caller,
  type Wishes,
} from '../../chat/index.js';

export type Message = Readonly<Record<string, unknown>>;

const TEXT_CHARACTERS = 255;
const VALIDATION = new RequestValidationPipe();

/**
 * A chat request in a message: flat or in an envelope's `data`, its model as `model` or `model_id`, and `message` for
 * one message of the user. It streams unless it says otherwise. Throws for what is no such request.
 */
export function readChat(sent: unknown): CreateChatCompletionDto {
  const body = toChatBody(requireObject(sent) as Message);
  return VALIDATION.transform(body, {
    type: 'body',
    metatype: CreateChatCompletionDto,
  }) as CreateChatCompletionDto;
}

function toChatBody(sent: Message): object {
  const flat = flatten(sent);
  const { message, messages } = flat;
  return {
    ...flat,
    model: flat.model ?? flat.model_id,
    messages: messages ?? (typeof message === 'string' ? [{ role: 'user', content: message }] : undefined),
    stream: flat.stream ?? true,
  };
}

/** What HTTP would say in headers. */
export function toChoices(sent: Message): { wishes: Wishes } & Pick<Caller, 'session'> {
  const flat = flatten(sent);
  const text = (name: string): string | undefined => {
    const value = flat[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' && value.length <= TEXT_CHARACTERS) return value;
    throw new GatewayError('invalid_value', `${name} must be a text of up to ${TEXT_CHARACTERS} characters`, {
      param: name,
    });
  };
  return { wishes: { agent: text('agent'), profile: text('profile') }, session: text('session_id') };
}

/** By which the request is known when it comes again. */
export function toIdempotencyKey(sent: Message): string | undefined {
  const { idempotency_key: key } = flatten(sent);
  return key === undefined || key === null ? undefined : requireIdempotencyKey(key, 'idempotency_key');
}

function flatten(sent: Message): Message {
  const { data } = sent;
  return typeof data === 'object' && data !== null && !Array.isArray(data) ? { ...sent, ...data } : sent;
}
