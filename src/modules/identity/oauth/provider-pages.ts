import type { KoaContextWithOIDC } from 'oidc-provider';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { codePage, confirmPage, connectedPage, refusedPage } from './pages/device-pages.js';
import { errorPage } from './pages/error-page.js';
import { headersOf, type Page, renderPage } from './pages/page.js';

interface Failure {
  readonly name?: string;
  readonly userCode?: string;
}

const FAULTS: Readonly<Record<string, string>> = {
  NoCodeError: 'Type the code first.',
  NotFoundError: 'There is no such code. Look at your device again.',
  ExpiredError: 'This code has expired. Let your device show another one.',
  AlreadyUsedError: 'This code was used already. Let your device show another one.',
};

/** What oidc-provider shows in the course of connecting a device. */
export const DEVICE_PAGES = {
  userCodeInputSource: (
    context: KoaContextWithOIDC,
    _form: string,
    _out?: unknown,
    failure?: Failure,
  ): void => {
    if (failure?.name === 'AbortedError') return show(context, refusedPage());
    const code = failure?.userCode ?? (context.req as { userCode?: string }).userCode;
    show(context, codePage({ ...formOf(context), code, fault: failure && faultOf(failure) }));
  },
  userCodeConfirmSource: (
    context: KoaContextWithOIDC,
    _form: string,
    client: { clientId: string; clientName?: string },
    // What a device says of itself is left out: whoever wants to be let in chose the words.
    _deviceInfo: unknown,
    code: string,
  ): void => {
    show(context, confirmPage({ ...formOf(context), client: client.clientName ?? client.clientId, code }));
  },
  successSource: (context: KoaContextWithOIDC): void => {
    const client = context.oidc.client;
    show(context, connectedPage(client?.clientName ?? client?.clientId ?? 'The device'));
  },
};

const faultOf = (failure: Failure): string =>
  failure instanceof GatewayError
    ? failure.message
    : (FAULTS[failure.name ?? ''] ?? 'This took too long or was sent twice. Try it again.');

const MEANINGS: Readonly<Record<string, string>> = {
  invalid_client: 'The application is not known here.',
  invalid_redirect_uri: 'The application wants the answer at an address that is not registered for it.',
  server_error: 'Something went wrong on our side.',
};

/** For what cannot be told to the application, because it is not known which one it is. */
export function renderFailure(
  context: KoaContextWithOIDC,
  { error, error_description }: { error: string; error_description?: string },
): void {
  show(
    context,
    errorPage({
      code: error,
      description: MEANINGS[error] ?? (error_description && sentence(error_description)),
    }),
  );
}

function show(context: KoaContextWithOIDC, page: Page): void {
  context.set(headersOf(page));
  context.body = renderPage(page);
}

function formOf({ oidc }: KoaContextWithOIDC): { action: string; csrf: string } {
  const { secret = '' } = (oidc.session as { state?: { secret?: string } } | undefined)?.state ?? {};
  return { action: new URL(oidc.urlFor('code_verification')).pathname, csrf: secret };
}

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
