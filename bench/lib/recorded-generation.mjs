import { randomUUID } from 'node:crypto';
import { toDraft } from '../../dist/modules/audit/journal/append-records.js';
import { askedJson, readAsked } from '../../dist/modules/audit/record/asked.js';
import { endedJson, readEnded } from '../../dist/modules/audit/record/ended.js';
import { projectOutcome } from '../../dist/modules/audit/record/projection.js';

/** A generation of the size that the scenario `whole` has. */
const PROMPT = 'What does the keeper write down beside the door? '.repeat(7).trim();
const ANSWER = ' 0001-00c0ffee-07z'.repeat(64);
const MODEL = 'phi3';

/** One generation as the gateway's own record of it, sealed. */
export function createDraft() {
  const begin = createBegin(createId());
  const asked = readAsked(begin);
  const ended = readEnded(createOutcome(begin));
  return toDraft(begin.id, askedJson(asked) + endedJson(ended), () => projectOutcome(asked, ended));
}

const createId = () => `chatcmpl-${randomUUID().replaceAll('-', '')}`;

/** @param {string} id */
const createBegin = (id) => ({
  id,
  kind: /** @type {const} */ ('chat'),
  route: '/v1/chat/completions',
  requestId: id.slice(9),
  tenant: 'bench',
  userId: 'anonymous',
  model: MODEL,
  profile: 'openai',
  stream: false,
  createdAt: new Date(),
  inputs: [
    {
      kind: /** @type {const} */ ('chat'),
      messages: [{ role: /** @type {const} */ ('user'), content: PROMPT }],
    },
  ],
});

/** @param {ReturnType<typeof createBegin>} begin */
const createOutcome = (begin) => ({
  begin,
  outcome: { status: /** @type {const} */ ('finished'), finishReasons: ['stop'] },
  backend: 'ollama',
  backendModel: MODEL,
  attempts: 1,
  usage: { promptTokens: 90, completionTokens: 64 },
  generatedPieces: 64,
  deliveredPieces: 64,
  readerWaits: 0,
  firstTokenMs: 12.3,
  durationMs: 45.6,
  endedAt: new Date(),
  answers: () => [{ text: ANSWER }],
});

/** The metadata of a conversation with a place for its id, so that plain inserts need not make it anew. */
const METADATA = describeConversation('<id>').split('<id>');

/** @param {string} id */
function describeConversation(id) {
  const begin = createBegin(id);
  const { asked, ended } = JSON.parse(
    askedJson(readAsked(begin)) + endedJson(readEnded(createOutcome(begin))),
  );
  return JSON.stringify({ ...asked, ...ended });
}

/** The same generation as rows: one of `conversations` and two of `messages`. */
export function createRows() {
  const at = new Date().toISOString();
  return {
    conversation: ['bench', 'anonymous', MODEL, PROMPT.slice(0, 80), METADATA.join(createId()), at],
    messages: [
      ['user', PROMPT, '{}', at],
      ['assistant', ANSWER, '{"choice":0,"finish_reason":"stop"}', at],
    ],
  };
}
