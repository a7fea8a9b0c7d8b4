export { MailTransport } from './mail-transport.js';
export { MailModule } from './mail.module.js';
