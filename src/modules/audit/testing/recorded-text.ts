import type { BeginRecord, OutcomeRecord } from '../../../contracts/journal.js';
import { askedJson, readAsked } from '../record/asked.js';
import { endedJson, readEnded } from '../record/ended.js';

const CREATED_AT = new Date('2026-07-01T10:00:00Z');
export const ENDED_AT = new Date('2026-07-01T10:00:02Z');

/** A question of one line. */
export const BEGIN: BeginRecord = {
  id: 'gen-1',
  kind: 'chat',
  route: '/v1/chat/completions',
  requestId: 'req-1',
  tenant: 'default',
  userId: 'ada',
  model: 'llama3',
  profile: 'generic',
  stream: true,
  createdAt: CREATED_AT,
  inputs: [{ kind: 'chat', messages: [{ role: 'user', content: 'Hello' }] }],
};

/** It was answered well. */
export const RECORD: OutcomeRecord = {
  begin: BEGIN,
  outcome: { status: 'finished', finishReasons: ['stop'] },
  backend: 'ollama',
  backendModel: 'llama3:8b',
  attempts: 1,
  usage: { promptTokens: 3, completionTokens: 2, estimated: true },
  generatedPieces: 2,
  deliveredPieces: 1,
  readerWaits: 0,
  firstTokenMs: 10,
  durationMs: 2_000,
  endedAt: ENDED_AT,
  answers: () => [{ text: 'Good day' }],
};

/** The text of that record, but for what is said. */
export const textOf = (record: Partial<OutcomeRecord>, begin: Partial<BeginRecord> = {}): string =>
  askedJson(readAsked({ ...BEGIN, ...begin })) +
  endedJson(readEnded({ ...RECORD, ...record, begin: { ...BEGIN, ...begin } }));
