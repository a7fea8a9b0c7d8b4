import { createServer, type Server } from 'node:http';
import { mkdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OAUTH_KINDS, type OAuthGateway, PASSWORD } from '../integration/oauth-support.js';
import { Chromium } from '../support/chromium.js';

const LONG_MS = 90_000;
/** A folder in which to leave pictures of the pages, for people to look at. */
const PICTURES = process.env.TEST_SCREENSHOTS_DIR;

/** Another browser, in which nobody is logged in. */
const inBrowser = async (work: (browser: Chromium) => Promise<void>): Promise<void> => {
  const browser = await Chromium.start();
  try {
    await work(browser);
  } finally {
    await browser.close();
  }
};

const logIn = async (browser: Chromium, email: string): Promise<void> => {
  await browser.shows('Log in');
  await browser.type(email);
  await browser.press('Tab');
  await browser.type(PASSWORD);
  await browser.press('Enter');
};

const picture = async (browser: Chromium, name: string): Promise<void> => {
  if (PICTURES === undefined) return;
  await mkdir(PICTURES, { recursive: true });
  const looks = { '': {}, '-dark': { dark: true }, '-phone': { width: 360, height: 740 } };
  for (const [suffix, look] of Object.entries(looks)) {
    await browser.emulate(look);
    await writeFile(join(PICTURES, `${name}${suffix}.png`), await browser.screenshot());
  }
  await browser.emulate();
};

describe('the pages in Chromium, without a mouse', () => {
  let gateway: OAuthGateway;
  let application: Server;
  let callback: string;
  /** What the application was told last. */
  let posted: string;

  beforeAll(async () => {
    gateway = await OAUTH_KINDS[0]!.open();
    await gateway.createUser();
    await gateway.users.create({
      tenant: 'default',
      email: 'given@example.org',
      password: PASSWORD,
      mustChangePassword: true,
    });
    application = createServer((request, response) => {
      void text(request).then((body) => {
        // Browsers ask for an icon besides.
        if (request.method === 'POST') posted = body;
        response.end('<title>Back in the application</title>');
      });
    });
    await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
    callback = `http://127.0.0.1:${(application.address() as AddressInfo).port}/callback`;
  });
  afterAll(async () => {
    application.close();
    await gateway.close();
  });

  const begin = async () => {
    const config = await client.discovery(new URL(gateway.url), 'cli', undefined, client.None(), {
      execute: [client.allowInsecureRequests],
    });
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const expectedState = client.randomState();
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: callback,
      scope: 'openid email read write',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
    });
    return { config, url: url.href, checks: { pkceCodeVerifier, expectedState } };
  };

  it(
    'log a user in, who consents and comes back to the application',
    () =>
      inBrowser(async (browser) => {
        const { config, url, checks } = await begin();
        await browser.open(url);
        await browser.shows('Log in');
        await picture(browser, 'login');
        await browser.type('ada@example.org');
        await browser.press('Tab');
        await browser.type('not the password');
        await browser.press('Enter');
        await browser.shows('The email address or the password is wrong.');
        await picture(browser, 'login-wrong');
        // The address is still there, and the password is where the writing goes.
        expect(await browser.evaluate('document.activeElement.id')).toBe('password');
        await browser.type(PASSWORD);
        await browser.press('Enter');
        await browser.shows('Allow Command line?');
        await picture(browser, 'consent');
        expect(await browser.evaluate('document.activeElement.textContent.trim()')).toBe('Allow');
        await browser.press('Enter');
        await browser.shows('Back in the application');
        const tokens = await client.authorizationCodeGrant(config, new URL(await browser.url()), checks);
        expect(await client.fetchUserInfo(config, tokens.access_token, tokens.claims()!.sub)).toMatchObject({
          email: 'ada@example.org',
        });
        expect(
          browser.complaints.filter((text) => !text.includes('favicon') && !text.includes('400')),
        ).toEqual([]);
      }),
    LONG_MS,
  );

  it(
    'post the answer to an application that wants it so',
    () =>
      inBrowser(async (browser) => {
        const { config, url, checks } = await begin();
        await browser.open(`${url}&response_mode=form_post`);
        await logIn(browser, 'ada@example.org');
        await browser.shows('Allow Command line?');
        await browser.press('Enter');
        await browser.shows('Back in the application');
        const answer = new URL(`${callback}?${posted}`);
        const tokens = await client.authorizationCodeGrant(config, answer, checks);
        expect(tokens.claims()!.iss).toBe(gateway.url);
      }),
    LONG_MS,
  );

  it(
    'let a user go on under the name by which they came, should the gateway be known by another',
    () =>
      inBrowser(async (browser) => {
        await browser.open((await begin()).url.replace('//127.0.0.1:', '//localhost:'));
        await logIn(browser, 'ada@example.org');
        await browser.shows('Allow Command line?');
        await browser.press('Enter');
        await browser.shows('Back in the application');
      }),
    LONG_MS,
  );

  it(
    'let a user whose password was given to them choose one',
    () =>
      inBrowser(async (browser) => {
        await browser.open((await begin()).url);
        await logIn(browser, 'given@example.org');
        await browser.shows('Choose a password');
        await picture(browser, 'password');
        for (const text of [PASSWORD, 'one that I made up', 'one that I made up']) {
          await browser.type(text);
          await browser.press('Tab');
        }
        await browser.press('Enter');
        await browser.shows('Allow Command line?');
      }),
    LONG_MS,
  );

  it(
    'connect a device by its code, after saying who it is',
    () =>
      inBrowser(async (browser) => {
        const { config } = await begin();
        const started = await client.initiateDeviceAuthorization(config, { scope: 'read' });
        await browser.open(started.verification_uri);
        await browser.shows('Type the code that your device shows.');
        await picture(browser, 'device-code');
        await browser.type('BBBB-BBBB');
        await browser.press('Enter');
        await browser.shows('There is no such code.');
        await picture(browser, 'device-code-wrong');
        await browser.open(started.verification_uri_complete!);
        expect(await browser.evaluate('document.querySelector("#user_code").value')).toBe(started.user_code);
        await browser.press('Enter');
        await browser.shows(`Connect Command line?`);
        await browser.shows(started.user_code);
        await picture(browser, 'device-confirm');
        // Nothing is chosen for the user here.
        await browser.press('Tab');
        await browser.press('Enter');
        await logIn(browser, 'ada@example.org');
        await browser.shows('Allow Command line?');
        await browser.press('Enter');
        await browser.shows('Connected');
        await picture(browser, 'device-connected');
        const tokens = await client.pollDeviceAuthorizationGrant(config, { ...started, interval: 0 });
        expect(tokens.scope).toBe('read');
      }),
    LONG_MS,
  );

  it(
    'say what is wrong where no application can be told',
    () =>
      inBrowser(async (browser) => {
        await browser.open(`${gateway.url}/oauth/authorize?client_id=nobody&response_type=code`);
        await browser.shows('This does not work');
        await picture(browser, 'error');
      }),
    LONG_MS,
  );
});
