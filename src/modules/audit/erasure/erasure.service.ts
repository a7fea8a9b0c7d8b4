import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Principal } from '../../../contracts/principal.js';
import { RequestDatabase } from '../../../infrastructure/database/index.js';
import { ChainAppender } from '../chain/chain-appender.js';
import { ConversationRows } from '../reading/conversation-rows.js';
import { ReadingService } from '../reading/reading.service.js';
import { visibleTo } from '../reading/visible-rows.js';
import { ErasableRows, type Erasable } from './erasable-rows.js';

/** How many are erased in one transaction. */
const BATCH = 50;
/** A conversation may grow while its erasure is put on record; then it is put on record again. */
const ROUNDS = 5;
const RETRY_AFTER_S = 1;

/**
 * Makes conversations unreadable for ever: first the chain tells that they are erased, then their rows and the keys of
 * their entries go. An erasure that came no further than the chain is completed when it is asked for again.
 */
@Injectable()
export class ErasureService {
  constructor(
    @Inject(ReadingService) private readonly reading: ReadingService,
    @Inject(ConversationRows) private readonly conversations: ConversationRows,
    @Inject(ErasableRows) private readonly rows: ErasableRows,
    @Inject(ChainAppender) private readonly chain: ChainAppender,
    @Inject(RequestDatabase) private readonly database: RequestDatabase,
  ) {}

  /** Throws `not_found` for what is not there and for what the caller may not see alike. */
  async eraseConversation(caller: Principal, id: string): Promise<void> {
    const conversation = await this.reading.find(caller, id);
    await this.erase(caller, [conversation.id]);
  }

  /** All that there are when it begins. Gives how many. */
  async eraseUser(caller: Principal, user: string): Promise<number> {
    const visible = visibleTo(caller);
    const through = await this.conversations.lastId(visible);
    await this.rows.deleteResponsesOf(visible, user);
    let erased = 0;
    for (let after = 0; ;) {
      const ids = await this.rows.idsOf(visible, user, { after, through, limit: BATCH });
      erased += await this.erase(caller, ids);
      const last = ids.at(-1);
      if (last === undefined || ids.length < BATCH) return erased;
      after = last;
    }
  }

  /** Gives how many of them were still there. */
  private async erase(caller: Principal, ids: readonly number[]): Promise<number> {
    let erased = 0;
    let left = ids;
    for (let round = 0; round < ROUNDS; round += 1) {
      const found = await this.rows.find(visibleTo(caller), left);
      if (found.length === 0) return erased;
      await Promise.all(found.map((erasable) => this.record(caller, erasable)));
      const done = await this.rows.delete(visibleTo(caller), found);
      erased += done.deleted;
      left = done.grown;
    }
    if (left.length === 0) return erased;
    throw new GatewayError('server_busy', 'The conversation is still being added to.', {
      retryAfterS: RETRY_AFTER_S,
    });
  }

  private record(caller: Principal, { id, seqs }: Erasable): Promise<number> {
    const body = { conversation_id: id, seqs, at: new Date().toISOString(), by: caller.id };
    return this.database.run(() =>
      this.chain.append(visibleTo(caller).tenant, {
        kind: 'erasure',
        subject: `erasure-${randomUUID()}`,
        body: Buffer.from(JSON.stringify(body)),
      }),
    );
  }
}
