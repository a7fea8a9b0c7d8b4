import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { ShownCredential, Verdict } from '../../../common/http/gatekeeper.js';

/** Knows one kind of credential. */
export interface CredentialReader {
  /** Who shows it; undefined where there is none of its kind. Never rejects. */
  read(head: IncomingMessage, shown: ShownCredential): Promise<Verdict> | undefined;
}

/** Kinds of credentials besides our own tokens. Whoever knows one more says so when its module starts. */
@Injectable()
export class CredentialReaders {
  private readonly byPrefix = new Map<string, CredentialReader>();

  /** For bearers and API keys that begin like this. What it finds is believed for half a minute without asking again. */
  addForPrefix(prefix: string, reader: CredentialReader): void {
    this.byPrefix.set(prefix, reader);
  }

  findFor(token: string): CredentialReader | undefined {
    for (const [prefix, reader] of this.byPrefix) if (token.startsWith(prefix)) return reader;
    return undefined;
  }
}
