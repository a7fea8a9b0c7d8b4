import { randomUUID } from 'node:crypto';

/** How gateways of this kind name themselves in `Via` (RFC 9110, section 7.6.3) when they pass a task on to an agent elsewhere. */
export const GATEWAY_PSEUDONYM = 'citadel-gateway';

/** What one process writes into `Via` of what it asks model servers, and no other: a request that goes round is noticed. */
export const newVia = (): string => `1.1 citadel (${randomUUID()})`;
