import { html } from './html.js';
import { alert, type Page } from './page.js';

export interface CodePage {
  readonly action: string;
  readonly csrf: string;
  readonly code?: string;
  readonly fault?: string;
}

export const codePage = ({ action, csrf, code, fault }: CodePage): Page => ({
  title: 'Connect a device',
  body: html`<h1>Connect a device</h1>
    <p>Type the code that your device shows.</p>
    ${alert(fault)}
    <form method="post" action="${action}">
      <input type="hidden" name="xsrf" value="${csrf}" />
      <label for="user_code">Code</label>
      <input
        class="code"
        id="user_code"
        name="user_code"
        value="${code ?? ''}"
        autocomplete="off"
        autocapitalize="characters"
        spellcheck="false"
        maxlength="20"
        placeholder="XXXX-XXXX"
        required
        autofocus
        ${fault !== undefined && html`aria-describedby="alert"`}
      />
      <div class="buttons"><button>Continue</button></div>
    </form>`,
});

export interface ConfirmPage {
  readonly action: string;
  readonly csrf: string;
  readonly code: string;
  readonly client: string;
}

export const confirmPage = ({ action, csrf, code, client }: ConfirmPage): Page => ({
  title: 'Connect this device?',
  body: html`<h1>Connect ${client}?</h1>
    <p>Your device must show this code:</p>
    <p class="code-shown">${code}</p>
    <p>
      Go on only if you started this yourself, just now, on a device in your hands. Whoever sent you the code
      could act in your name.
    </p>
    <form method="post" action="${action}">
      <input type="hidden" name="xsrf" value="${csrf}" />
      <input type="hidden" name="user_code" value="${code}" />
      <div class="buttons">
        <button name="confirm" value="yes">It is mine, continue</button>
        <button class="other" name="abort" value="yes">Refuse</button>
      </div>
    </form>`,
});

export const connectedPage = (client: string): Page => ({
  title: 'Connected',
  body: html`<h1>Connected</h1>
    <p><strong>${client}</strong> goes on by itself. You can close this page.</p>`,
});

export const refusedPage = (): Page => ({
  title: 'Refused',
  body: html`<h1>Refused</h1>
    <p>The device gets no access. You can close this page.</p>`,
});
