import { loadConfig, readProcessEnv } from '../config/index.js';
import { KeyRing, TokenIssuer } from '../modules/identity/index.js';
import { requireUsable } from './require-usable.js';
import { runCommand } from './run-command.js';
import { parseTokenOptions, TOKEN_USAGE, UsageError } from './token-options.js';

const USAGE = `Usage: p8fs-auth generate-token -u USER [options]

Makes an access token with the key of this installation. It reads the settings the gateway reads, and
needs the same: by CITADEL_DATA_DIR it finds the key, PORT or PUBLIC_URL says who the token is from.

${TOKEN_USAGE}`;

const [command, ...args] = process.argv.slice(2);
if (command === '--help' || command === '-h' || args.includes('--help')) process.stdout.write(`${USAGE}\n`);
else await runCommand('p8fs-auth', USAGE, generateToken);

async function generateToken(): Promise<string> {
  if (command !== 'generate-token') throw new UsageError('The command is generate-token.');
  const { user, output, ...terms } = parseTokenOptions(args);
  const { identity } = loadConfig({ CITADEL_ENV: 'development', ...readProcessEnv() });
  const issuer = new TokenIssuer(await KeyRing.open(identity), identity);
  const scopes = terms.scopes.length === 0 ? ['read', 'write'] : terms.scopes;
  const { token, expiresAt } = await issuer.issue({ ...terms, scopes, subject: user });
  requireUsable(token);
  if (output === 'token') return token;
  return JSON.stringify({
    access_token: token,
    token_type: 'Bearer',
    expires_in: terms.lifetimeS,
    expires_at: new Date(expiresAt).toISOString(),
    scope: scopes.join(' '),
  });
}
