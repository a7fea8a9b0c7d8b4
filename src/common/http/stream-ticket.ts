import type { IncomingMessage } from 'node:http';
import type { ShownCredential } from './gatekeeper.js';

const TICKET = /[?&]ticket=([^&#]+)/;

/** The ticket in a request's query, where there is one that says something. No other credential is ever looked for there. */
export function ticketIn({ url = '' }: IncomingMessage): ShownCredential | undefined {
  const ticket = TICKET.exec(url)?.[1];
  return ticket === undefined ? undefined : { ticket };
}
