import { Logger } from '@nestjs/common';
import { checkMail } from './check-mail.js';
import type { Mail, MailTransport } from './mail-transport.js';

/** For development: sends nothing, and shows in the log what it would have sent, codes included. */
export class LogMailTransport implements MailTransport {
  private readonly logger = new Logger('Mail');

  requireConfigured(): void {}

  send(mail: Mail): Promise<void> {
    checkMail(mail);
    const { to, subject, text } = mail;
    this.logger.log({ to, subject, text }, 'not sent, since this is development and no mail server is set');
    return Promise.resolve();
  }
}
