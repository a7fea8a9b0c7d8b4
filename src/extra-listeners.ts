import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SERVER_OPTIONS } from './app.server.js';
import type { HttpConfig } from './config/index.js';

const GRACE_MS = 1_000;

/** Further ports onto the same handler, for clients that were told another one. */
export class ExtraListeners {
  private constructor(private readonly servers: readonly Server[]) {}

  static async open(app: NestFastifyApplication, { host, extraPorts }: HttpConfig): Promise<ExtraListeners> {
    const fastify = app.getHttpAdapter().getInstance();
    const main = app.getHttpServer();
    const servers: Server[] = [];
    for (const port of extraPorts) {
      const server = createServer(SERVER_OPTIONS, (request, response) => fastify.routing(request, response));
      // What is no request is answered as there.
      server.on('clientError', (...refused) => main.emit('clientError', ...refused));
      server.on('checkExpectation', (...asked) => main.emit('checkExpectation', ...asked));
      server.on('connect', (...asked) => main.emit('connect', ...asked));
      // Who takes upgrades listens on the main server; without anybody they are ordinary requests.
      if (main.listenerCount('upgrade') > 0)
        server.on('upgrade', (...upgrade) => main.emit('upgrade', ...upgrade));
      server.listen(port, host);
      await once(server, 'listening');
      servers.push(server);
    }
    return new ExtraListeners(servers);
  }

  async close(): Promise<void> {
    await Promise.all(
      this.servers.map((server) => {
        const closed = new Promise((resolve) => server.close(resolve));
        server.closeIdleConnections();
        // By now no answer is under way; who still holds a connection only holds it.
        setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
        return closed;
      }),
    );
  }
}
