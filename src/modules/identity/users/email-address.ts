import { GatewayError } from '../../../common/errors/gateway.error.js';

const MOST_CHARACTERS = 320;
/** What a mail server could be asked to deliver to; whether it can is found out by sending. */
const FORM = /^[^\s@<>"'\\,;:()[\]\p{C}]+@[^\s@<>"'\\,;:()[\]\p{C}]+$/u;

/** The address as it was meant, or `invalid_value`. */
export function requireEmail(text: string, param = 'email'): string {
  const email = text.trim().normalize('NFC');
  if (email.length <= MOST_CHARACTERS && FORM.test(email)) return email;
  throw new GatewayError('invalid_value', `${param} must be an email address.`, { param });
}

/** What tells addresses apart: capitals do not. */
export const emailKey = (email: string): string => email.trim().normalize('NFC').toLowerCase();
