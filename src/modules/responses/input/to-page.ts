import { GatewayError } from '../../../common/errors/gateway.error.js';

export interface PageQuery {
  readonly limit?: string;
  readonly order?: string;
  readonly after?: string;
}

/** A page as OpenAI lists things. */
export interface ItemPage<Item> {
  readonly object: 'list';
  readonly data: readonly Item[];
  readonly first_id: string | null;
  readonly last_id: string | null;
  readonly has_more: boolean;
}

const DEFAULT_LIMIT = 20;

/** The newest first, unless asked otherwise. */
export function toPage<Item extends { readonly id: string }>(
  items: readonly Item[],
  { limit, order, after }: PageQuery,
): ItemPage<Item> {
  const ordered = order === 'asc' ? items : items.toReversed();
  const start = after === undefined ? 0 : ordered.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && start === 0)
    throw new GatewayError('invalid_value', 'after names no item of this list', { param: 'after' });
  const end = start + (limit === undefined ? DEFAULT_LIMIT : Number(limit));
  const data = ordered.slice(start, end);
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: end < ordered.length,
  };
}
