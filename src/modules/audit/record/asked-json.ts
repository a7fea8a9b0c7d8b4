import type { BeginRecord } from '../../../contracts/journal.js';
import { toWireJson, type WireText } from '../../../contracts/wire-text.js';
import { member } from './json-member.js';
import { historyOf, type RequestMessage, titleOf, toRequestMessages } from './request-messages.js';
import { cutText } from './storable-text.js';

const NAME_CHARACTERS = 255;

/** As long as its column. */
export const cutName = (name: string): string => cutText(name, NAME_CHARACTERS);

/**
 * The first half of a record, known when a generation begins: an object of JSON without its closing brace, so that the
 * second half is only appended.
 */
export function askedJson(begin: BeginRecord): WireText {
  const createdAt = begin.createdAt.toISOString();
  const messages = toRequestMessages(begin).map((message) => messageJson(message, createdAt));
  return (
    `{"user_id":${toWireJson(cutName(begin.userId))},"model_name":${toWireJson(cutName(begin.model))},` +
    `"title":${toWireJson(titleOf(begin.inputs[0]!))},"session_id":${toWireJson(begin.session ?? null)},` +
    `"created_at":"${createdAt}","asked":{${askedMembers(begin)}},` +
    `"history":${historyOf(begin)},"request":[${messages.join(',')}]`
  );
}

/** What is known of how it was asked, as members of an object. */
export const askedMembers = (begin: BeginRecord): WireText =>
  `"generation_id":${toWireJson(begin.id)},"request_id":${toWireJson(begin.requestId)}` +
  member('tenant', begin.tenant) +
  member('route', begin.route) +
  `,"kind":"${begin.kind}"` +
  member('agent', begin.agent) +
  member('profile', begin.profile) +
  `,"stream":${begin.stream}`;

const messageJson = ({ role, content, metadata }: RequestMessage, createdAt: string): WireText =>
  `{"role":"${role}","content":${toWireJson(content)},"metadata":${toWireJson(metadata)},"created_at":"${createdAt}"}`;
