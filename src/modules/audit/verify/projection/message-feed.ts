import type { PageBounds } from '../entry-source.js';
import type { ProjectionSource, StoredMessage } from './projection-source.js';

const PAGE: PageBounds = { rows: 500, bytes: 4 * 1024 * 1024 };
const BEFORE_ALL = -(2 ** 31) - 1;

/** The messages of one conversation in the order in which they were said. Undefined at the end. */
export interface MessageFeed {
  next(): Promise<StoredMessage | undefined>;
}

export function feedOf(messages: readonly StoredMessage[]): MessageFeed {
  const left = messages.values();
  return { next: () => Promise.resolve(left.next().value) };
}

/** Reads them when they are asked for, and holds no more than a page: a conversation may be larger than memory. */
export class PagedMessages implements MessageFeed {
  private page: readonly (StoredMessage & { readonly id: number })[] = [];
  private place = 0;
  private after = BEFORE_ALL;

  constructor(
    private readonly source: Pick<ProjectionSource, 'messagesAfter'>,
    private readonly conversationId: number,
  ) {}

  async next(): Promise<StoredMessage | undefined> {
    if (this.place === this.page.length) {
      this.page = await this.source.messagesAfter(this.conversationId, this.after, PAGE);
      this.place = 0;
    }
    const message = this.page[this.place];
    if (message === undefined) return undefined;
    this.place += 1;
    this.after = message.id;
    return message;
  }
}
