import type { GatewayError } from '../../../common/errors/gateway.error.js';
import type { StreamingConfig } from '../../../config/index.js';
import type { LiveConnection } from '../connections/live-connection.js';

/** How messages are told apart on one plain WebSocket path, and how is said there what belongs to no answer. */
export interface MessageProtocol {
  readonly name: string;
  /** The `@SubscribeMessage` it is meant for; undefined for what is not understood. */
  nameOf(message: Readonly<Record<string, unknown>>): string | undefined;
  /** One message, as wire text. */
  error(error: GatewayError, connection: LiveConnection): string;
  /** That a generation was stopped which the connection does not follow. One message, as wire text. */
  cancelled(id: string, connection: LiveConnection): string;
}

/** Options of a gateway on a path of its own, for `@WebSocketGateway`. */
export interface RawEndpoint {
  readonly transport: 'raw';
  readonly path: string;
  readonly protocol: MessageProtocol;
  /** What has to be switched on for it to be there. */
  readonly needs?: keyof StreamingConfig['channels'];
}

/** Makes `@WebSocketGateway(rawEndpoint('/path', PROTOCOL))` a gateway for plain WebSocket connections. */
export const rawEndpoint = (path: string, protocol: MessageProtocol, needs?: RawEndpoint['needs']): object =>
  ({ transport: 'raw', path, protocol, ...(needs && { needs }) }) satisfies RawEndpoint;
