import type { IncomingMessage, Server } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '../../src/config/index.js';
import { JWT_KEYS } from '../../src/config/testing/jwt-keys.js';
import { type IssuedToken, KeyRing, TokenIssuer, type TokenTerms } from '../../src/modules/identity/index.js';

export type SigningIn = 'always' | 'where needed';

/** Routes with the policies `jwt` and `admin`, in other spellings too. */
const NEEDS_CREDENTIAL =
  /^(?:http:\/\/\w+)?\/(?:a|%61)pi\/(?:v1\/(?:(?:chat\/)?completions|agent\/|responses|embeddings|audit\/|auth\/)|(?:stream|coordinator)\/)/;

/** The header of somebody, an ordinary user unless told. */
export async function authorizationOf(
  { app }: { app: NestFastifyApplication },
  terms: Partial<TokenTerms> = {},
): Promise<{ authorization: string }> {
  return headerOf(await app.get(TokenIssuer).issue({ ...ORDINARY, ...terms }));
}

/** The same for a gateway that is a process of its own, with its port chosen by the system. */
export async function authorizationOfProcess(
  terms: Partial<TokenTerms> = {},
): Promise<{ authorization: string }> {
  const { identity } = loadConfig({ CITADEL_ENV: 'test', PORT: '0', ...JWT_KEYS });
  const issuer = new TokenIssuer(await KeyRing.open(identity), identity);
  return headerOf(await issuer.issue({ ...ORDINARY, ...terms }));
}

const ORDINARY: TokenTerms = {
  subject: 'tester',
  tenant: 'default',
  role: 'user',
  scopes: ['read', 'write'],
  lifetimeS: 3600,
};

const headerOf = ({ token }: IssuedToken) => ({ authorization: `Bearer ${token}` });

/** Has requests that show no credential come with one. For tests about something else. */
export async function signIn(app: NestFastifyApplication, when: SigningIn): Promise<void> {
  const header = await authorizationOf({ app }, { role: 'admin' });
  const server: Server = app.getHttpServer();
  server.prependListener('request', ({ headers, url = '' }: IncomingMessage) => {
    if (headers.authorization === undefined && (when === 'always' || NEEDS_CREDENTIAL.test(url)))
      Object.assign(headers, header);
  });
}
