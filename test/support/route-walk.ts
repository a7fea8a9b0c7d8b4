import { vi } from 'vitest';
import { declaredFor } from '../../src/app.routes.js';
import type { AccessPolicy } from '../../src/common/http/access-policy.js';
import { RouteTable } from '../../src/common/http/route-table.js';

export interface WalkedRoute {
  readonly method: string;
  /** As it is declared, without a slash at its end. */
  readonly url: string;
  readonly policy: AccessPolicy | undefined;
}

/** Writes down every route that is declared from now on; called before the gateway is made. */
export function watchRoutes(): () => WalkedRoute[] {
  const known = new Map<string, WalkedRoute>();
  const add = vi.spyOn(RouteTable.prototype, 'add');
  return () => {
    for (const [method, declared] of add.mock.calls) {
      const url = declared.length > 1 ? declared.replace(/\/$/, '') : declared;
      const policy = declaredFor(method === 'HEAD' ? 'GET' : method, url);
      known.set(`${method} ${url}`, { method, url, policy });
    }
    return [...known.values()];
  };
}

/** What has a name in the path: a thing somebody owns, unless it is known to be everybody's. */
export const hasParameter = ({ url }: WalkedRoute): boolean => /:\w|\*/.test(url) && url !== '*';

/** A target a route answers to, with this in place of its last parameter. */
export const targetOf = (url: string, value = 'x'): string =>
  url.replace(/:\w+|\*$/g, encodeURIComponent(value));
