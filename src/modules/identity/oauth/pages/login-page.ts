import { html } from './html.js';
import { alert, type Page } from './page.js';

export interface LoginPage {
  readonly client: string;
  readonly action: string;
  readonly csrf: string;
  readonly email?: string;
  readonly fault?: string;
  readonly leadsTo: readonly string[];
}

export const loginPage = ({ client, action, csrf, email, fault, leadsTo }: LoginPage): Page => ({
  title: 'Log in',
  leadsTo,
  body: html`<h1>Log in</h1>
    <p>to continue to <strong>${client}</strong></p>
    ${alert(fault)}
    <form method="post" action="${action}">
      <input type="hidden" name="csrf" value="${csrf}" />
      <label for="email">Email</label>
      <input
        id="email"
        name="email"
        type="email"
        autocomplete="username"
        maxlength="320"
        required
        value="${email ?? ''}"
        ${email === undefined && html`autofocus`}
        ${fault !== undefined && html`aria-describedby="alert"`}
      />
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="current-password"
        maxlength="256"
        required
        ${email !== undefined && html`autofocus`}
      />
      <div class="buttons">
        <button name="action" value="login">Log in</button>
        <button class="other" name="action" value="deny" formnovalidate>Cancel</button>
      </div>
    </form>`,
});

export interface PasswordPage extends LoginPage {
  readonly email: string;
}

export const passwordPage = ({ action, csrf, email, fault, leadsTo }: PasswordPage): Page => ({
  title: 'Choose a password',
  leadsTo,
  body: html`<h1>Choose a password</h1>
    <p>
      The password of <strong>${email}</strong> was given to you. Choose one of your own before you go on, of
      at least 12 characters.
    </p>
    ${alert(fault)}
    <form method="post" action="${action}">
      <input type="hidden" name="csrf" value="${csrf}" />
      <input name="email" type="email" autocomplete="username" value="${email}" readonly hidden />
      <label for="password">Password until now</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="current-password"
        maxlength="256"
        required
        autofocus
      />
      <label for="new_password">New password</label>
      <input
        id="new_password"
        name="new_password"
        type="password"
        autocomplete="new-password"
        minlength="12"
        maxlength="256"
        required
      />
      <label for="repeated">New password once more</label>
      <input
        id="repeated"
        name="repeated"
        type="password"
        autocomplete="new-password"
        minlength="12"
        maxlength="256"
        required
      />
      <div class="buttons"><button name="action" value="password">Save and log in</button></div>
    </form>`,
});
