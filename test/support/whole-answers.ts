import { expect } from 'vitest';
import type { TestGateway } from './create-app.js';
import { generationOf, post } from './gateway-calls.js';

/** The document of an answer that is not streamed. */
export interface WholeAnswer {
  readonly id: string;
  readonly created: number;
  readonly choices: readonly { readonly text?: string; readonly message?: { readonly content: string } }[];
  readonly usage: object;
}

type Headers = Record<string, string>;

/** Asks phi3 unless the body names another model. */
export const sendTo = (gateway: TestGateway, path: string, body: object, headers: Headers = {}) =>
  post(`${gateway.url}${path}`, { model: 'phi3', ...body }, { headers });

/** The same for what must be answered, with what the headers say of the answer. */
export async function askWhole(...asked: Parameters<typeof sendTo>) {
  const response = await sendTo(...asked);
  expect(response.status).toBe(200);
  const body = (await response.json()) as WholeAnswer;
  expect(body.id).toBe(generationOf(response));
  const [choice] = body.choices;
  return {
    cache: response.headers.get('x-cache'),
    backend: response.headers.get('x-citadel-backend'),
    text: choice?.message?.content ?? choice?.text,
    body,
  };
}

/** What the cache did when the same was asked several times, one after the other. */
export async function cacheUses(times: number, ...asked: Parameters<typeof sendTo>) {
  const seen: (string | null)[] = [];
  while (seen.length < times) seen.push((await askWhole(...asked)).cache);
  return seen;
}
