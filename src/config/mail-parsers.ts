import { isMailAddress } from '../common/mail/mail-address.js';
import type { Parser } from './parser.js';

export const mailAddress: Parser<string> = {
  expected: 'a mail address such as citadel@example.org',
  parse: (raw) => (typeof raw === 'string' && isMailAddress(raw.trim()) ? raw.trim() : undefined),
};

export const smtpUrl: Parser<URL> = {
  expected: 'a URL such as smtp://user:password@mail.example.org:587 or smtps://mail.example.org',
  parse: (raw) => {
    if (typeof raw !== 'string' || !URL.canParse(raw)) return undefined;
    const url = new URL(raw);
    const isPlain = url.search === '' && url.hash === '' && /^\/?$/.test(url.pathname);
    return ['smtp:', 'smtps:'].includes(url.protocol) && url.hostname !== '' && isPlain ? url : undefined;
  },
};
