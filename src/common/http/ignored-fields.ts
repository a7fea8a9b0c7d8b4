import type { FastifyReply } from 'fastify';

const MOST_NAMES = 20;
const HEADER_SAFE = /^[\w.-]{1,64}$/;

/** Lists in `X-Ignored-Parameters` the fields of a body that were sent and have no effect. */
export function markIgnoredFields(
  reply: FastifyReply,
  body: object,
  isIgnored: (name: string) => boolean = () => true,
): void {
  let ignored = '';
  let count = 0;
  const sent = body as Readonly<Record<string, unknown>>;
  for (const name in sent) {
    // Undefined is a declared field that was not sent.
    if (sent[name] === undefined || !isIgnored(name)) continue;
    if (!HEADER_SAFE.test(name) || ++count > MOST_NAMES) continue;
    ignored += ignored === '' ? name : `, ${name}`;
  }
  if (ignored !== '') reply.header('x-ignored-parameters', ignored);
}
