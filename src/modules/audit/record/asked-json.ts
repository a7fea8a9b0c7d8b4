import type { BeginRecord } from '../../../contracts/journal.js';
import { toWireJson, type WireText } from '../../../contracts/wire-text.js';
import { member } from './json-member.js';
import { historyOf, titleOf, toRequestMessages } from './request-messages.js';
import { cutText } from './storable-text.js';

const NAME_CHARACTERS = 255;

/**
 * The first half of a record, known when a generation begins: an object of JSON without its closing brace, so that the
 * second half is only appended.
 */
export function askedJson(begin: BeginRecord): WireText {
  const createdAt = begin.createdAt.toISOString();
  return (
    `{"user_id":${toWireJson(cutText(begin.userId, NAME_CHARACTERS))},` +
    `"model_name":${toWireJson(cutText(begin.model, NAME_CHARACTERS))},` +
    `"title":${toWireJson(titleOf(begin.inputs[0]!))},"session_id":${toWireJson(begin.session ?? null)},` +
    `"created_at":"${createdAt}","asked":{"generation_id":${toWireJson(begin.id)},` +
    `"request_id":${toWireJson(begin.requestId)}` +
    member('tenant', begin.tenant) +
    member('route', begin.route) +
    `,"kind":"${begin.kind}"` +
    member('agent', begin.agent) +
    member('profile', begin.profile) +
    `,"stream":${begin.stream}},"history":${historyOf(begin)},"request":[${toRequestMessages(begin, createdAt).join(',')}]`
  );
}
