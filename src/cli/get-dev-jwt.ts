import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { ConfigError, loadConfig, readProcessEnv } from '../config/index.js';
import { requireUsable } from './require-usable.js';
import { runCommand } from './run-command.js';
import { parseTokenOptions, TOKEN_USAGE, type TokenOptions } from './token-options.js';

const USAGE = `Usage: scripts/dev/get_dev_jwt [options]

Makes a token for development with P8FS_DEV_TOKEN_SECRET and writes it to ~/.p8fs/auth/token.json.

${TOKEN_USAGE}`;

const args = process.argv.slice(2);
if (args.includes('--help')) process.stdout.write(`${USAGE}\n`);
else await runCommand('get_dev_jwt', USAGE, getToken);

/** Gives the token, or the name of the file it is in. */
async function getToken(): Promise<string> {
  const options = parseTokenOptions(['--output', 'json', ...args], { user: 'developer' });
  const { identity } = loadConfig({ CITADEL_ENV: 'development', ...readProcessEnv() });
  if (identity.developmentSecret === undefined)
    throw new ConfigError(
      'Set P8FS_DEV_TOKEN_SECRET, here and for the gateway, to what `openssl rand -base64 48` makes.',
    );
  const token = await sign(options, identity.developmentSecret, identity);
  requireUsable(token);
  const file = await keep(token, options);
  return options.output === 'token' ? token : `The token is in ${file}`;
}

async function sign(
  { user, role, tenant, email, scopes, lifetimeS }: TokenOptions,
  secret: string,
  { issuer, audience }: { issuer: string; audience: string },
): Promise<string> {
  const claims = {
    sub: user,
    id: user,
    role,
    tenant,
    email,
    scope: (scopes.length === 0 ? ['read', 'write'] : scopes).join(' '),
  };
  return new SignJWT({ ...claims, iss: issuer, aud: audience, jti: randomUUID() })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt()
    .setExpirationTime(`${lifetimeS}s`)
    .sign(Buffer.from(secret, 'utf8'));
}

/** Readable to nobody else, also where there was a file already. */
async function keep(token: string, { lifetimeS }: TokenOptions): Promise<string> {
  const directory = join(homedir(), '.p8fs', 'auth');
  const file = join(directory, 'token.json');
  const draft = `${file}.${randomUUID()}`;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const content = { access_token: token, token_type: 'Bearer', expires_in: lifetimeS };
  await writeFile(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, file);
  return file;
}
