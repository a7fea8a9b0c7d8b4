import type { IncomingMessage } from 'node:http';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { ShownCredential, Verdict } from '../../../common/http/gatekeeper.js';
import type { Principal } from '../../../contracts/principal.js';
import { type CredentialReader, CredentialReaders } from '../gate/credential-readers.js';
import { refused } from '../tokens/refused-token.js';
import { API_KEY_PREFIX, digestOf, isApiKey } from './api-key.js';
import { ApiKeyRows, type ApiKeyRow } from './api-key-rows.js';

const TOUCH_EVERY_S = 300;

/** Knows whose an API key is. */
@Injectable()
export class ApiKeyReader implements CredentialReader, OnModuleInit {
  private readonly logger = new Logger(ApiKeyReader.name);

  constructor(
    @Inject(ApiKeyRows) private readonly rows: ApiKeyRows,
    @Inject(CredentialReaders) private readonly readers: CredentialReaders,
  ) {}

  onModuleInit(): void {
    this.readers.addForPrefix(API_KEY_PREFIX, this);
  }

  read(_head: IncomingMessage, { token }: ShownCredential): Promise<Verdict> | undefined {
    return token?.startsWith(API_KEY_PREFIX) === true ? this.find(token) : undefined;
  }

  private async find(key: string): Promise<Verdict> {
    if (!isApiKey(key)) return refused();
    try {
      const row = await this.rows.findByDigest(digestOf(key));
      if (row === undefined) return refused();
      this.touch(row);
      return toPrincipal(row);
    } catch (error) {
      if (error instanceof GatewayError) return error;
      throw error;
    }
  }

  private touch({ id, last_used_at }: ApiKeyRow): void {
    if (last_used_at !== null && Date.now() - last_used_at.getTime() < TOUCH_EVERY_S * 1000) return;
    this.rows.touch(id, TOUCH_EVERY_S).catch((error: unknown) => {
      this.logger.debug({ err: error }, 'the use of an API key was not noted');
    });
  }
}

const toPrincipal = (row: ApiKeyRow): Principal => ({
  id: row.owner,
  tenant: row.tenant,
  role: row.role,
  scopes: row.scopes,
  ...(row.email !== null && { email: row.email }),
  ...(row.device !== null && { device: row.device }),
  credential: {
    kind: 'api_key',
    id: row.id,
    issuedAt: row.created_at.getTime(),
    ...(row.expires_at !== null && { expiresAt: row.expires_at.getTime() }),
  },
});
