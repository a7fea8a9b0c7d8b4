import { hash, randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { principalOf } from '../../common/http/request-context.js';

/** The id of a run. Who asks again with the same key hears the same. */
export function toWorkflowId(key: string | undefined, request: FastifyRequest): string {
  if (key === undefined) return `workflow-${randomUUID()}`;
  const { tenant, id } = principalOf(request);
  return `workflow-${hash('sha256', JSON.stringify([tenant, id, key])).slice(0, 32)}`;
}

/**
 * The key of one step. Where what it is told hangs on the answers of others, that is part of it: when they answer anew, it is
 * another request.
 */
export function toStepKey(key: string | undefined, index: number, told = ''): string | undefined {
  if (key === undefined) return undefined;
  return `${hash('sha256', key)}/${index}${told && `/${hash('sha256', told)}`}`;
}
