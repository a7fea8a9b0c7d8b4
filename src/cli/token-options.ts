import { parseArgs } from 'node:util';
import type { Role } from '../contracts/principal.js';

/** What somebody typed that cannot be meant. Its message is all they are told. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface TokenOptions {
  readonly user: string;
  readonly scopes: readonly string[];
  readonly role: Role;
  readonly tenant: string;
  readonly email?: string;
  readonly lifetimeS: number;
  readonly output: 'token' | 'json';
}

const ROLES = ['user', 'premium', 'admin'] as const;
const OUTPUTS = ['token', 'json'] as const;
const SECONDS = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const MOST_S = 366 * 86_400;

export const TOKEN_USAGE = `  -u, --user USER      whom the token is for
  -s, --scope SCOPE    read or write; repeat it for both; both when there is none
      --role ROLE      user, premium or admin (user)
      --tenant TENANT  (default)
      --email EMAIL
      --ttl TIME       such as 900, 15m, 12h or 30d (1h)
      --output FORM    token or json (token)`;

export function parseTokenOptions(args: readonly string[], usual: { user?: string } = {}): TokenOptions {
  const { user = usual.user, scope, role, tenant, email, ttl, output } = parse(args);
  if (user === undefined || user.trim() === '') throw new UsageError('Say with -u whom the token is for.');
  return {
    user,
    scopes: scope ?? [],
    role: oneOf(ROLES, role, '--role'),
    tenant,
    lifetimeS: toSeconds(ttl),
    output: oneOf(OUTPUTS, output, '--output'),
    ...(email !== undefined && { email }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        user: { type: 'string', short: 'u' },
        scope: { type: 'string', short: 's', multiple: true },
        role: { type: 'string', default: 'user' },
        tenant: { type: 'string', default: 'default' },
        email: { type: 'string' },
        ttl: { type: 'string', default: '1h' },
        output: { type: 'string', default: 'token' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function toSeconds(text: string): number {
  const [, amount, unit] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? [];
  const seconds = Number(amount) * (SECONDS[(unit ?? '') as keyof typeof SECONDS] ?? Number.NaN);
  if (seconds >= 1 && seconds <= MOST_S) return seconds;
  throw new UsageError('--ttl is a time of at most 366 days, such as 900, 15m, 12h or 30d.');
}

function oneOf<T extends string>(known: readonly T[], value: string, option: string): T {
  const found = known.find((each) => each === value);
  if (found === undefined) throw new UsageError(`${option} is one of ${known.join(', ')}.`);
  return found;
}
