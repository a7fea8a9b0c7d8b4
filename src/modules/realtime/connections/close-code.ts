/** How a WebSocket is closed from our side (RFC 6455, section 7.4); from 4000 on the numbers are ours. */
export const CLOSE = {
  policy: 1008,
  tooLarge: 1009,
  restart: 1012,
  overloaded: 1013,
  unidentified: 4401,
  saidNothing: 4408,
} as const;

export type CloseCode = (typeof CLOSE)[keyof typeof CLOSE];
