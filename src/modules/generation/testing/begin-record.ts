import type { BeginRecord } from '../../../contracts/journal.js';

/** The record of a generation with one prompt, for tests that look at something else. */
export const BEGIN: BeginRecord = {
  id: 'chatcmpl-1',
  kind: 'chat',
  route: '/v1/chat/completions',
  requestId: 'req-1',
  tenant: 'default',
  userId: 'anonymous',
  model: 'phi3',
  profile: 'generic',
  stream: true,
  createdAt: new Date(0),
  inputs: [{ kind: 'chat', messages: [] }],
};
