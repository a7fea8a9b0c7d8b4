import { Logger } from '@nestjs/common';

type OidcProvider = typeof import('oidc-provider');

const logger = new Logger('OAuth');
const NAME = /^(?:\u001b\[[\d;]*m)?oidc-provider (NOTICE|WARNING): /;

let loaded: Promise<OidcProvider> | undefined;

/** oidc-provider speaks to the console only, also later, and its words belong into the log. */
export function loadProvider(): Promise<OidcProvider> {
  loaded ??= listenThen(() => import('oidc-provider'));
  return loaded;
}

function listenThen<T>(work: () => Promise<T>): Promise<T> {
  divert('info');
  divert('warn');
  return work();
}

/** Whatever else is said there stays there. */
/* eslint-disable no-console -- it is what oidc-provider speaks to, and it knows nothing else. */
function divert(method: 'info' | 'warn'): void {
  const original = console[method].bind(console);
  console[method] = (...args: unknown[]) => {
    const [text] = args;
    if (typeof text === 'string' && NAME.test(text))
      logger.debug(text.replace(NAME, '').replace(/\u001b\[0m$/, ''));
    else original(...args);
  };
}
