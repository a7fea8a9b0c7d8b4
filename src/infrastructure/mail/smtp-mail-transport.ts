import { createTransport, type Transporter } from 'nodemailer';
import { GatewayError } from '../../common/errors/gateway.error.js';
import type { MailConfig } from '../../config/index.js';
import { checkMail } from './check-mail.js';
import type { Mail, MailTransport } from './mail-transport.js';

const RETRY_AFTER_S = 30;
/** Somebody waits for the answer. */
const CONNECT_MS = 5_000;
const SILENCE_MS = 10_000;

type SmtpConfig = Extract<MailConfig, { kind: 'smtp' }>;

/** Sends by SMTP, one connection a mail. */
export class SmtpMailTransport implements MailTransport {
  private readonly transporter: Transporter;

  constructor(
    private readonly config: SmtpConfig,
    silenceMs = SILENCE_MS,
  ) {
    const { host, port, tls, login } = config;
    this.transporter = createTransport({
      host,
      port,
      secure: tls === 'implicit',
      requireTLS: tls === 'required',
      tls: { minVersion: 'TLSv1.2', rejectUnauthorized: tls !== 'offered' },
      ...(login === undefined ? {} : { auth: { user: login.user, pass: login.password } }),
      connectionTimeout: Math.min(CONNECT_MS, silenceMs),
      greetingTimeout: Math.min(CONNECT_MS, silenceMs),
      dnsTimeout: CONNECT_MS,
      socketTimeout: silenceMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  requireConfigured(): void {}

  async send(mail: Mail): Promise<void> {
    checkMail(mail);
    try {
      await this.transporter.sendMail({
        // As objects, since texts are read for further addresses.
        from: { name: '', address: this.config.from },
        to: { name: '', address: mail.to },
        subject: mail.subject,
        text: mail.text,
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
    } catch (error) {
      throw new GatewayError('dependency_unavailable', 'The mail cannot be sent just now.', {
        cause: `mail: ${codeOf(error)}`,
        retryAfterS: RETRY_AFTER_S,
      });
    }
  }
}

/** Its text may quote addresses and what the server said. */
const codeOf = (error: unknown): string => {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  return [code, responseCode]
    .filter((each) => typeof each === 'string' || typeof each === 'number')
    .join(' ');
};
