import type { FastifyReply } from 'fastify';
import { markIgnoredFields } from '../http/ignored-fields.js';
import { CompiledDto, type DtoClass } from './compiled-dto.js';

/** Lists in `X-Ignored-Parameters` what a body has and its DTO does not know. */
export function sayUnknownFields(reply: FastifyReply, body: object, dto: DtoClass): void {
  const unknown = CompiledDto.of(dto).unknownPathsOf(body);
  if (unknown.size > 0)
    markIgnoredFields(reply, Object.fromEntries([...unknown].map((path) => [path, true])));
}
