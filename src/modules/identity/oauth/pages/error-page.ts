import { html } from './html.js';
import type { Page } from './page.js';

export interface ErrorPage {
  readonly code: string;
  readonly description?: string;
}

export const errorPage = ({ code, description }: ErrorPage): Page => ({
  title: 'This does not work',
  body: html`<h1>This does not work</h1>
    <p role="alert">${description ?? 'The request cannot be answered.'}</p>
    <p>Go back to the application and begin again there. If it happens again, tell those who run it.</p>
    <p class="soft">Error: ${code}</p>`,
});
