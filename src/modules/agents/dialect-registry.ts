import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../common/errors/gateway.error.js';
import type { StreamDialect } from '../../contracts/stream-dialect.js';
import { FOR_COMPLETIONS, StreamDialects } from './dialects/dialects.js';

@Injectable()
export class DialectRegistry {
  private readonly dialects: ReadonlyMap<string, StreamDialect>;

  constructor(@Inject(StreamDialects) dialects: StreamDialects) {
    this.dialects = new Map(dialects.map((dialect) => [dialect.name, dialect]));
  }

  /** The dialect a caller names, for what was asked. Throws `invalid_value` for an unknown name. */
  get(name: string, kind: 'chat' | 'completion'): StreamDialect {
    const special = kind === 'completion' ? this.dialects.get(name + FOR_COMPLETIONS) : undefined;
    const found = special ?? (name.endsWith(FOR_COMPLETIONS) ? undefined : this.dialects.get(name));
    if (found !== undefined) return found;
    const names = [...this.dialects.keys()].filter((known) => !known.endsWith(FOR_COMPLETIONS));
    throw new GatewayError(
      'invalid_value',
      `No stream dialect of this name; there are ${names.join(', ')}.`,
      {
        param: 'dialect',
      },
    );
  }
}
