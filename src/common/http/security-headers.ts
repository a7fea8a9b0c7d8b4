/** What a browser is told of every answer: it is data, to be shown nowhere and to load nothing (OWASP REST Security). */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  // Scripts of allowed origins ask with CORS, which this does not touch; pictures and frames of others get nothing.
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'cache-control': 'no-store',
} as const;

const TWO_YEARS_S = 63_072_000;

/** The pages of the documentation: their scripts and styles are served from here, and ReDoc searches in a worker of its own. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  'worker-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export type Headers = Readonly<Record<string, string>>;

/** Made once: what goes onto each answer of the API, and onto each page of the documentation. */
export interface HeaderSets {
  readonly api: Headers;
  readonly pages: Headers;
}

/** Browsers are told to come by HTTPS only where the gateway is known under such an address. */
export function toHeaderSets(publicUrl: string): HeaderSets {
  const api = {
    ...SECURITY_HEADERS,
    ...(publicUrl.startsWith('https:') && {
      'strict-transport-security': `max-age=${TWO_YEARS_S}; includeSubDomains`,
    }),
  };
  return { api, pages: { ...api, 'content-security-policy': PAGE_POLICY } };
}

/** As lines of a head that is written by hand, each with its end. */
export const toHeadLines = (headers: Headers): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
