import { GatewayError } from '../../common/errors/gateway.error.js';
import { isMailAddress } from '../../common/mail/mail-address.js';
import type { Mail } from './mail-transport.js';

/** Throws for what would become more headers than there should be, or go to more people. */
export function checkMail({ to, subject }: Mail): void {
  if (!isMailAddress(to))
    throw new GatewayError('invalid_value', 'This is no mail address.', { param: 'email' });
  if (/[\r\n\0]/.test(subject)) throw new Error('A subject is one line.');
}
