import { GatewayError } from '../../common/errors/gateway.error.js';
import type { MailTransport } from './mail-transport.js';

/** Where no mail server is named. */
export class NoMailTransport implements MailTransport {
  requireConfigured(): never {
    throw new GatewayError(
      'dependency_unavailable',
      'This needs mail, and the gateway has no mail server; its operator has to set MAIL_SMTP_URL.',
    );
  }

  send(): Promise<void> {
    this.requireConfigured();
  }
}
