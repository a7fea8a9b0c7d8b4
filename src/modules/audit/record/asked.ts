import type { BeginRecord } from '../../../contracts/journal.js';
import { toWireBytes, toWireJson, type WireText } from '../../../contracts/wire-text.js';
import { member } from './json-member.js';
import { historyOf, type RequestMessage, titleOf, toRequestMessages } from './request-messages.js';
import { cutText } from './storable-text.js';

const NAME_CHARACTERS = 255;

/** What is known when a generation begins, in the words of its record and of its readable rows: both are made of it. */
export interface Asked {
  /** The generation's. */
  readonly id: string;
  readonly userId: string;
  readonly modelName: string;
  readonly title: string | null;
  readonly sessionId: string | null;
  readonly createdAt: string;
  /** How it was asked, as members of an object of JSON. */
  readonly members: WireText;
  readonly messages: readonly RequestMessage[];
  /** How many of the messages the conversation already holds. */
  readonly history: number;
}

export const readAsked = (begin: BeginRecord): Asked => ({
  id: begin.id,
  userId: cutName(begin.userId),
  modelName: cutName(begin.model),
  title: titleOf(begin.inputs[0]!),
  sessionId: begin.session ?? null,
  createdAt: begin.createdAt.toISOString(),
  members: membersOf(begin),
  messages: toRequestMessages(begin),
  history: historyOf(begin),
});

/** What of it is needed until the end: what the conversation already holds is in the first half of the record. */
export const withoutHistory = (asked: Asked): Asked =>
  asked.history === 0 ? asked : { ...asked, messages: asked.messages.slice(asked.history), history: 0 };

/**
 * The first half of a record, known when a generation begins: an object of JSON without its closing brace, so that the
 * second half is only appended.
 */
export const askedJson = (asked: Asked): WireText =>
  `{"user_id":${toWireJson(asked.userId)},"model_name":${toWireJson(asked.modelName)},` +
  `"title":${toWireJson(asked.title)},"session_id":${toWireJson(asked.sessionId)},` +
  `"created_at":"${asked.createdAt}","asked":{${asked.members}},` +
  `"history":${asked.history},"request":[${messagesJson(asked)}]`;

const membersOf = (begin: BeginRecord): WireText =>
  `"generation_id":${toWireJson(begin.id)},"request_id":${toWireJson(begin.requestId)}` +
  member('tenant', begin.tenant) +
  member('route', begin.route) +
  `,"kind":"${begin.kind}"` +
  member('agent', begin.agent) +
  member('profile', begin.profile) +
  `,"stream":${begin.stream}`;

const messagesJson = ({ messages, createdAt }: Asked): WireText =>
  messages
    .map(
      ({ role, content, metadata }) =>
        `{"role":"${role}","content":${toWireJson(content)},"metadata":${toWireBytes(metadata)},"created_at":"${createdAt}"}`,
    )
    .join(',');

/** As long as its column. */
const cutName = (name: string): string => cutText(name, NAME_CHARACTERS);
