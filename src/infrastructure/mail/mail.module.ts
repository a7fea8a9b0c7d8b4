import { Global, Module } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { LogMailTransport } from './log-mail-transport.js';
import { MailTransport } from './mail-transport.js';
import { NoMailTransport } from './no-mail-transport.js';
import { SmtpMailTransport } from './smtp-mail-transport.js';

/** Who takes mails away. */
@Global()
@Module({
  providers: [
    {
      provide: MailTransport,
      inject: [AppConfig],
      useFactory: ({ mail }: AppConfig): MailTransport => {
        switch (mail.kind) {
          case 'smtp':
            return new SmtpMailTransport(mail);
          case 'log':
            return new LogMailTransport();
          case 'none':
            return new NoMailTransport();
          default:
            return mail satisfies never;
        }
      },
    },
  ],
  exports: [MailTransport],
})
export class MailModule {}
