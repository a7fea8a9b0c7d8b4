import type { FastifyReply, FastifyRequest } from 'fastify';
import { headerOf } from '../../common/http/request-context.js';

/** Where a browser's event source had got to when it lost its stream (WHATWG HTML, section 9.2.4). */
export interface LostPlace {
  readonly generationId: string;
  /** The last entry it was given. */
  readonly seq: number;
}

const PLACE = /^(?<generationId>[\w-]{1,128}):(?<seq>\d{1,15})$/;

/** A browser that lost its stream cannot say that it will be back, but is so within seconds. */
export const COMES_BACK = { resumable: true, graceS: 15 } as const;

/** Undefined when the request is a first one. */
export function lostPlaceOf(request: FastifyRequest): LostPlace | undefined {
  const { generationId, seq } = PLACE.exec(headerOf(request, 'last-event-id') ?? '')?.groups ?? {};
  return generationId === undefined ? undefined : { generationId, seq: Number(seq) };
}

/** "Clients will reconnect if the connection is closed; a client can be told to stop reconnecting using 204." */
export const tellToStop = (reply: FastifyReply): void => void reply.status(204).send();
