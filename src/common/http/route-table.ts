import findMyWay, { type HTTPMethod } from 'find-my-way';

/** Which methods a path has, for `405 Method Not Allowed` and its `Allow` header (RFC 9110, section 15.5.6). */
export class RouteTable {
  private readonly router = findMyWay({ ignoreTrailingSlash: true });
  private readonly methods = new Set<HTTPMethod>();

  add(method: string, url: string): void {
    const known = method as HTTPMethod;
    this.methods.add(known);
    // Fastify lists a route again for HEAD, and plugins add wildcards.
    if (url !== '*' && !this.router.hasRoute(known, url)) this.router.on(known, url, () => undefined);
  }

  methodsOf(url: string): string[] {
    const path = url.split('?', 1)[0]!;
    return [...this.methods].filter((method) => this.has(method, path)).sort();
  }

  /** As Nest sees it: an empty segment is no parameter. */
  private has(method: HTTPMethod, path: string): boolean {
    const route = this.router.find(method, path);
    return route !== null && !Object.values(route.params).includes('');
  }
}
