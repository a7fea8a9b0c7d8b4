import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { GatewayError } from '../../../common/errors/gateway.error.js';

/** OWASP's choice for argon2id, which is the default kind here: 19 MiB, two passes, one lane. */
const OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Half of the threads that Node has for such work; files and names need the others. */
const AT_ONCE = 2;
const MOST_WAITING = 64;
const RETRY_AFTER_S = 2;

/** Hashes and compares passwords, a few at a time: each takes as long as many other requests together. */
@Injectable()
export class PasswordHashes {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private dummy: Promise<string> | undefined;

  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(normal(password), OPTIONS));
  }

  /** Takes as long where there is nothing to compare with. */
  async matches(stored: string | undefined, password: string): Promise<boolean> {
    const against = stored ?? (await (this.dummy ??= this.hash(randomBytes(32).toString('base64url'))));
    const isRight = await this.inTurn(() => verify(against, normal(password)));
    return isRight && stored !== undefined;
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= AT_ONCE) {
      if (this.waiting.length >= MOST_WAITING)
        throw new GatewayError('server_busy', 'Too many are logging in just now.', {
          retryAfterS: RETRY_AFTER_S,
        });
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else this.running += 1;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      // The turn is handed on, so nobody who comes meanwhile gets between.
      if (next === undefined) this.running -= 1;
      else next();
    }
  }
}

/** The same password, however the keyboard composed its accents (NIST SP 800-63B, section 5.1.1.2). */
const normal = (password: string): string => password.normalize('NFKC');
