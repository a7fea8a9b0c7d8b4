import type { FastifyContextConfig, FastifyInstance } from 'fastify';
import { MAKES_CREDENTIALS, POLICIES, SENSITIVE } from './app.policies.js';
import type { AccessPolicy } from './common/http/access-policy.js';
import type { RouteTable } from './common/http/route-table.js';
import type { HttpConfig } from './config/index.js';

/** Routes that carry conversations with images in them, and many texts at a time. */
const CHAT_ROUTE =
  /completions$|\/responses$|\/input_tokens$|^\/v1\/agents\/|\/embed(?:dings)?$|^\/agent\/(?:stream|generate)$|^\/api\/v1\/ai\/(?:.+\/)?stream$|^\/workflow\/create$|^\/api\/coordinator\/(?:workflow|sequential|parallel|hierarchical)$|^\/api\/stream\/:agent$|^\/streaming\/sse\/chat$/;

/** What a GET begins or holds open here: a picture on any page could ask for it. */
const NO_PICTURES = /^\/agent\/stream$|^\/api\/stream\/:agent$|^\/streaming\/sse\//;

/** Of these the ones that begin a generation, which is more than to read. */
const BEGINS = /^\/agent\/stream$|^\/api\/stream\/:agent$|^\/streaming\/sse\/chat$/;

/** What browsers open as an EventSource, which sends no headers of theirs. */
const EVENT_SOURCES = /^\/v1\/generations\/:id\/stream$/;

/** What OAuth has as a form (RFC 6749, appendix B); registrations and what devices send are JSON. */
const FORMS = /^\/oauth\/(?!register$|device\/(?:register|verify|pair|api-key)$)/;

/** Pages for people, which load scripts and styles from here. */
const DOCUMENTATION = /^\/(?:docs|redoc)(?:\/|$)/;

export const isChatRoute = (route: string): boolean => CHAT_ROUTE.test(route);

/** Attaches to each route, as it is declared, what is true of it. */
export function declareRoutes(fastify: FastifyInstance, http: HttpConfig, routes: RouteTable): void {
  fastify.addHook('onRoute', (route) => {
    const methods = Array.isArray(route.method) ? route.method : [route.method];
    for (const method of methods) routes.add(method, route.url);
    route.config = { ...route.config, ...termsOf(route.url, methods) };
    if (isChatRoute(route.url)) route.bodyLimit = http.maxChatBodyBytes;
  });
}

/** What the tables say of a route. Throws for one without a policy. */
export function termsOf(url: string, methods: readonly string[]): FastifyContextConfig {
  const keepsForeignPagesOut = NO_PICTURES.test(url) && (methods.includes('GET') || methods.includes('HEAD'));
  const isIn = (routes: ReadonlySet<string>) => methods.some((method) => routes.has(`${method} ${url}`));
  return {
    policy: policyOf(url, methods),
    ...(BEGINS.test(url) && { scope: 'write' as const }),
    keepsForeignPagesOut,
    sensitive: isIn(SENSITIVE),
    makesCredentials: isIn(MAKES_CREDENTIALS),
    takesTickets: keepsForeignPagesOut || EVENT_SOURCES.test(url),
    takesForms: FORMS.test(url),
    isPage: DOCUMENTATION.test(url),
  };
}

function policyOf(url: string, methods: readonly string[]): AccessPolicy {
  const path = url.length > 1 && url.endsWith('/') ? url.slice(0, -1) : url;
  for (const method of methods) {
    // A HEAD is a GET without its body, and may be called by whom the GET may be.
    const policy = declaredFor(method === 'HEAD' ? 'GET' : method, path);
    if (policy !== undefined) return policy;
  }
  throw new Error(`The route ${methods.join('|')} ${url} has no access policy.`);
}

/** What the table says. An entry that ends in `/*` also speaks for every route below it. */
export function declaredFor(method: string, path: string): AccessPolicy | undefined {
  const exact = POLICIES[`${method} ${path}`];
  if (exact !== undefined) return exact;
  const above = Object.keys(POLICIES).find(
    (key) => key.endsWith('/*') && `${method} ${path}`.startsWith(key.slice(0, -1)),
  );
  return above === undefined ? undefined : POLICIES[above];
}
