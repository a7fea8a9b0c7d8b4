import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/** Socket.IO is no route; the other sockets are, for those who do not upgrade. */
const SOCKET_IO = 'GET /socket.io/';

/** Where something can be asked for, as limits and usage name it: a method and a route as declared. */
@Injectable()
export class Endpoints {
  private readonly names = new Set([SOCKET_IO]);

  /** To be called before routes are declared. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) this.names.add(`${each} ${url}`);
    });
  }

  has(name: string): boolean {
    return this.names.has(name);
  }
}
