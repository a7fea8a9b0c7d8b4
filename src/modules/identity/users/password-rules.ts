import { GatewayError } from '../../../common/errors/gateway.error.js';

const FEWEST = 12;
const MOST = 256;

/** What is wrong with a password somebody chose: length counts, kinds of characters do not (NIST SP 800-63B). */
export function faultOfPassword(password: string, email: string): string | undefined {
  if ([...password].length < FEWEST) return `A password has at least ${FEWEST} characters.`;
  if (password.length > MOST) return `A password has at most ${MOST} characters.`;
  if (new Set(password).size < 4) return 'The password repeats too few characters.';
  const [local = ''] = email.toLowerCase().split('@');
  const plain = password.toLowerCase();
  if (plain === email.toLowerCase() || plain.replaceAll(local, '').length < FEWEST / 2)
    return 'The password is too much like the email address.';
  return undefined;
}

export function requireGoodPassword(password: string, email: string, param: string): void {
  const fault = faultOfPassword(password, email);
  if (fault !== undefined) throw new GatewayError('invalid_value', fault, { param });
}
