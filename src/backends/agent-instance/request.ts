import type { AgentTask, ChatMessage, GenerationRequest } from '../../contracts/generation-request.js';
import { toWireJson } from '../../contracts/wire-text.js';

/** What is asked as a task, in the instance's words. It has a model, a persona and settings of its own. */
export function toInstanceRequest(
  request: GenerationRequest,
  backend: string,
): { path: string; body: string } {
  const { text, context } = toTask(request);
  return {
    path: '/agent/stream',
    body: toWireJson({ agent_type: request.agent ?? backend, task: text, context }),
  };
}

/** The task as the caller gave it; of a conversation what was said last, with what was said before as its context. */
function toTask({ input }: GenerationRequest): AgentTask {
  if (input.kind === 'prompt') return { text: input.prompt, context: {} };
  if (input.task !== undefined) return input.task;
  const messages = input.messages.map(({ role, content }) => ({ role, content: toText(content) }));
  const last = messages.pop();
  return { text: last?.content ?? '', context: messages.length === 0 ? {} : { messages } };
}

const toText = (content: ChatMessage['content']): string =>
  typeof content === 'string'
    ? content
    : (content ?? []).flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
