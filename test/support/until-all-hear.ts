import { RedisConnection } from '../../src/infrastructure/redis/index.js';
import { EVERYBODY } from '../../src/modules/generation/replicas/replica-messages.js';
import type { TestGateway } from './create-app.js';
import { eventually } from './eventually.js';

/** Resolves when all replicas on one Redis hear each other: that one of them is answered does not say that it is heard. */
export async function untilAllHear(replicas: readonly TestGateway[]): Promise<void> {
  const connections = replicas.map(({ app }) => app.get(RedisConnection));
  await eventually(() => connections.every(({ ready }) => ready));
  await eventually(
    () => connections[0]!.run((client) => client.pubsub('NUMSUB', EVERYBODY)),
    ([, count]) => Number(count) === replicas.length,
  );
}
