import { createHash } from 'node:crypto';
import { Html, html } from './html.js';
import { STYLE } from './style.js';

export interface Page {
  readonly title: string;
  readonly body: Html;
  /** Where a form of the page may end, besides here: addresses or schemes of applications. */
  readonly leadsTo?: readonly string[];
}

/** Whole, because a space more inside of it would be another style. */
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

export const renderPage = ({ title, body }: Page): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title} · Citadel</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <main>
          <p class="brand" aria-hidden="true">Citadel</p>
          ${body}
        </main>
      </body>
    </html>`.text;

/** No scripts at all, nothing from elsewhere, in nobody's frame. */
export const headersOf = ({ leadsTo = [] }: Page): Record<string, string> => ({
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    `form-action 'self'${leadsTo.map((target) => ` ${target}`).join('')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
});

/** What a policy can name: in a host there may be signs that would end the name there. */
const SOURCE = /^(?:https?:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d+)?|[a-z][a-z0-9+.-]*:)$/;

/** Browsers follow a form's redirects only to where the page says that it leads. */
export function targetOf(redirectUri: unknown): string[] {
  if (typeof redirectUri !== 'string' || !URL.canParse(redirectUri)) return [];
  const { protocol, origin } = new URL(redirectUri);
  const target = protocol === 'https:' || protocol === 'http:' ? origin : protocol;
  return SOURCE.test(target) ? [target] : [];
}

/** What is wrong, where a reader of the screen says it first. */
export const alert = (text: string | undefined): Html | undefined =>
  text === undefined ? undefined : html`<p class="alert" role="alert" id="alert">${text}</p>`;
