import { hash, randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { principalOf } from '../../common/http/request-context.js';

/** The id of a run. Who asks again with the same key hears the same. */
export function toWorkflowId(key: string | undefined, request: FastifyRequest): string {
  if (key === undefined) return `workflow-${randomUUID()}`;
  const { tenant, id } = principalOf(request);
  return `workflow-${hash('sha256', JSON.stringify([tenant, id, key])).slice(0, 32)}`;
}

/** The key of one step. What is no key does not become one. */
export const toStepKey = (key: string | undefined, index: number): string | undefined =>
  key === undefined || key === '' ? key : `${key}/${index}`;
