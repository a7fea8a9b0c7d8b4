// `node hello-server.mjs <port> [redis-url]`: greets whoever posts JSON, after one GET where a Redis is named. What a cache hit
// costs at the least in the framework the gateway stands on.
import fastify from 'fastify';
import { Redis } from 'ioredis';

const [port, redisUrl] = process.argv.slice(2);
const redis = redisUrl === undefined ? undefined : new Redis(redisUrl);
const app = fastify({ bodyLimit: 4 * 1024 * 1024 });

app.post('/hello', async () => {
  await redis?.get('citadel-bench:missing');
  return { hello: 'world' };
});

await app.listen({ host: '127.0.0.1', port: Number(port) });
