import type { CallBody, CreateChatCompletionDto } from '../chat/index.js';
import type { TaskOptionsDto } from './dto/task-options.dto.js';

export type TaskOptions = TaskOptionsDto;

/** A task as a chat: one message of the task, and of what should be known besides. The persona comes with the agent. */
export function toTaskBody(text: string, { context, ...options }: TaskOptions = {}): CallBody {
  const known = context ?? {};
  const isBare = Object.keys(known).length === 0;
  const content = isBare ? text : `${text}\n\nContext:\n${JSON.stringify(known)}`;
  const dto: CreateChatCompletionDto = { ...options, messages: [{ role: 'user', content }] };
  return { kind: 'chat', dto, task: { text, context: known } };
}
