import type { MailConfig } from './app-config.js';
import { ConfigError } from './config-error.js';
import { mailAddress, smtpUrl } from './mail-parsers.js';
import { parseValue } from './parser.js';
import type { Decision, Sources } from './sources.js';

const LOCALHOST = new Set(['localhost', '127.0.0.1', '[::1]']);
const DEVELOPMENT_FROM = 'citadel-gateway@localhost';

/** By which server mails go out. Its whole address is a secret, since a password is part of it. */
export function toMailConfig({ environment, env, yaml, secrets }: Sources): Decision<MailConfig> {
  const from = env.MAIL_FROM ?? yaml.section('mail').read('from', mailAddress);
  const secret = secrets.find('MAIL_SMTP_URL');
  if (secret === undefined) return withoutServer(environment === 'development', from);
  if (from === undefined)
    throw new ConfigError('MAIL_SMTP_URL is set, and MAIL_FROM says not who the mails are from');
  const url = parseValue(secret.origin, secret.value, smtpUrl);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isImplicit = url.protocol === 'smtps:';
  const isLocal = LOCALHOST.has(url.hostname);
  const port = url.port === '' ? (isImplicit ? 465 : isLocal ? 25 : 587) : Number(url.port);
  return {
    config: {
      kind: 'smtp',
      from,
      host,
      port,
      tls: isImplicit ? 'implicit' : isLocal ? 'offered' : 'required',
      ...toLogin(url),
    },
    choice: `mail: by ${url.hostname}:${port} (${secret.origin})`,
  };
}

function withoutServer(isDevelopment: boolean, from = DEVELOPMENT_FROM): Decision<MailConfig> {
  return isDevelopment
    ? {
        config: { kind: 'log', from },
        choice:
          'mail: none is sent, each is written to this log, in development only (MAIL_SMTP_URL is not set)',
      }
    : { config: { kind: 'none' }, choice: 'mail: none, what needs it is refused (MAIL_SMTP_URL is not set)' };
}

function toLogin({ username, password }: URL) {
  if (username === '') return {};
  try {
    return { login: { user: decodeURIComponent(username), password: decodeURIComponent(password) } };
  } catch (cause) {
    throw new ConfigError('A `%` in the user or the password of MAIL_SMTP_URL must be written `%25`', {
      cause,
    });
  }
}
