import { html } from './html.js';
import type { Page } from './page.js';

export interface ConsentPage {
  readonly client: string;
  readonly user: string;
  readonly scopes: readonly string[];
  readonly action: string;
  readonly csrf: string;
  readonly leadsTo: readonly string[];
  /** Where it goes on, as the user would recognise it. */
  readonly destination?: string;
}

const MEANINGS: Readonly<Record<string, string>> = {
  openid: 'know that it is you',
  profile: 'know your name',
  email: 'know your email address',
  offline_access: 'stay connected while you are away',
  read: 'read in your name',
  write: 'ask models and change things in your name',
};

export const consentPage = (page: ConsentPage): Page => ({
  title: 'Allow access',
  leadsTo: page.leadsTo,
  body: html`<h1>Allow ${page.client}?</h1>
    <p>It wants to</p>
    <ul>
      ${page.scopes.map((scope) => html`<li>${MEANINGS[scope] ?? scope}</li>`)}
    </ul>
    <form method="post" action="${page.action}">
      <input type="hidden" name="csrf" value="${page.csrf}" />
      <div class="buttons">
        <button name="action" value="consent" autofocus>Allow</button>
        <button class="other" name="action" value="deny">Refuse</button>
      </div>
      <p class="soft below">
        You are ${page.user}. <button class="link" name="action" value="switch">Somebody else?</button>
      </p>
    </form>
    ${page.destination !== undefined && html`<p class="soft">After that you go on to ${page.destination}.</p>`}`,
});
