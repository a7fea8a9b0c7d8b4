/**
 * How messages are compressed where the client takes it (RFC 7692). Contexts are not kept between messages: kept ones
 * take 300 KB a client, and with them small messages are compressed as well, which costs more than all else a token does.
 */
export const DEFLATE = {
  threshold: 1024,
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  concurrencyLimit: 4,
};
