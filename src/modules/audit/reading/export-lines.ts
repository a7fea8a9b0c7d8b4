import { Inject, Injectable } from '@nestjs/common';
import { ConversationRows, type ConversationRow } from './conversation-rows.js';
import { MessageRows, type MessageRow } from './message-rows.js';
import { toConversation, toMessage } from './to-answers.js';
import type { ConversationFilter } from './to-filters.js';
import type { VisibleRows } from './visible-rows.js';

const CONVERSATIONS_A_PAGE = 100;
const MESSAGES_A_PAGE = 200;
/** What is worth writing. */
const PIECE_CHARACTERS = 64 * 1024;
/** A longer line is given in parts, so that it need not fit into memory. */
const LINE_CHARACTERS = 1024 * 1024;

/** Conversations with their messages, each a line of JSON. */
@Injectable()
export class ExportLines {
  constructor(
    @Inject(ConversationRows) private readonly conversations: ConversationRows,
    @Inject(MessageRows) private readonly messages: MessageRows,
  ) {}

  /**
   * The oldest first, up to the newest there was at the beginning. Gives pieces of some lines each, and holds no more
   * than a page of rows: the next is asked for when the pieces of the one before have been taken.
   */
  async *pieces(visible: VisibleRows, filter: ConversationFilter): AsyncGenerator<string, void> {
    const through = await this.conversations.lastId(visible);
    let piece = '';
    let after = 0;
    for (;;) {
      const page = await this.conversations.oldest(visible, filter, {
        after,
        through,
        limit: CONVERSATIONS_A_PAGE,
      });
      for await (const text of this.textOf(visible, page)) {
        piece += text;
        const isLine = text.endsWith('\n');
        if (piece.length < (isLine ? PIECE_CHARACTERS : LINE_CHARACTERS)) continue;
        yield piece;
        piece = '';
      }
      if (page.length < CONVERSATIONS_A_PAGE) break;
      after = page.at(-1)!.id;
    }
    if (piece !== '') yield piece;
  }

  private async *textOf(
    visible: VisibleRows,
    page: readonly ConversationRow[],
  ): AsyncGenerator<string, void> {
    const messages = this.messagesOf(
      visible,
      page.map(({ id }) => id),
    );
    let next = await messages.next();
    for (const conversation of page) {
      yield `${JSON.stringify(toConversation(conversation)).slice(0, -1)},"messages":[`;
      for (let separator = ''; next.value?.conversation_id === conversation.id; separator = ',') {
        yield separator + JSON.stringify(toMessage(next.value));
        next = await messages.next();
      }
      yield ']}\n';
    }
  }

  private async *messagesOf(
    visible: VisibleRows,
    ids: readonly number[],
  ): AsyncGenerator<MessageRow, undefined> {
    let after: MessageRow | undefined;
    for (let left = ids; left.length > 0;) {
      const { rows, hasMore } = await this.messages.ofConversations(visible, left, {
        limit: MESSAGES_A_PAGE,
        after,
      });
      yield* rows;
      const last = rows.at(-1);
      if (!hasMore || last === undefined) return;
      after = last;
      left = left.filter((id) => id >= last.conversation_id);
    }
  }
}
