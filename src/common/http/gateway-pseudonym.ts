/** How gateways of this kind name themselves in `Via` (RFC 9110, section 7.6.3), so that a request that goes round is noticed. */
export const GATEWAY_PSEUDONYM = 'citadel-gateway';
