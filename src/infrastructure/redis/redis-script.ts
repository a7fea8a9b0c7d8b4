import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

/** A script that Redis runs as one step. Its text is sent only where it is not known. */
export class RedisScript<Reply> {
  private readonly sha: string;

  constructor(private readonly text: string) {
    this.sha = createHash('sha1').update(text).digest('hex');
  }

  async run(client: Redis, keys: readonly string[], values: readonly (string | number)[]): Promise<Reply> {
    try {
      return (await client.evalsha(this.sha, keys.length, ...keys, ...values)) as Reply;
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return (await client.eval(this.text, keys.length, ...keys, ...values)) as Reply;
    }
  }
}
