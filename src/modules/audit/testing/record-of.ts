import type { OutcomeRecord } from '../../../contracts/journal.js';
import type { ChatMessage } from '../../../contracts/generation-request.js';
import { toWireText } from '../../../contracts/wire-text.js';

export interface RecordTerms {
  readonly id: string;
  readonly tenant?: string;
  readonly session?: string;
  readonly prompt?: string;
  readonly answer?: string;
  /** What was said before the prompt. */
  readonly history?: readonly ChatMessage[];
  readonly endedAt?: Date;
}

/** A chat that went well. */
export function recordOf({
  id,
  tenant = 'default',
  session,
  prompt = 'What is an engine?',
  answer = `The answer to ${prompt}`,
  history = [],
  endedAt = new Date('2026-07-01T10:00:02.500Z'),
}: RecordTerms): OutcomeRecord {
  return {
    begin: {
      id,
      kind: 'chat',
      route: '/v1/chat/completions',
      requestId: `req-${id}`,
      tenant,
      userId: 'ada',
      model: 'llama3',
      profile: 'generic',
      stream: true,
      ...(session !== undefined && { session }),
      createdAt: new Date('2026-07-01T10:00:00.000Z'),
      inputs: [{ kind: 'chat', messages: [...history, { role: 'user', content: prompt }] }],
    },
    outcome: { status: 'finished', finishReasons: ['stop'] },
    backend: 'ollama',
    attempts: 1,
    usage: { promptTokens: 12, completionTokens: 3 },
    generatedPieces: 3,
    deliveredPieces: 3,
    readerWaits: 0,
    firstTokenMs: 120,
    durationMs: 2_500,
    endedAt,
    answers: () => [{ text: toWireText(answer) }],
  };
}
