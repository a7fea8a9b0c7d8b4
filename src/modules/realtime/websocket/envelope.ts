import type { GatewayError } from '../../../common/errors/gateway.error.js';
import { toOpenAiError } from '../../../common/errors/render-error.js';
import { toWireJson } from '../../../contracts/wire-text.js';

export type MessageType = 'chat_completion' | 'metrics_update' | 'alert' | 'status_update';

/** What all messages below /streaming look like. */
export interface Envelope {
  readonly message_type: MessageType;
  readonly timestamp: string;
  readonly data: object;
  readonly sequence_id: number;
}

export const envelope = (message_type: MessageType, data: object, sequence_id: number): Envelope => ({
  message_type,
  timestamp: new Date().toISOString(),
  data,
  sequence_id,
});

/** An error outside of any generation. */
export const errorEnvelope = ({ code, message, param }: GatewayError, sequence: number): string =>
  toWireJson(
    envelope('chat_completion', { type: 'error', ...toOpenAiError({ code, message, param }) }, sequence),
  );

/** The end of a generation that is not followed here. */
export const cancelledEnvelope = (id: string, sequence: number): string =>
  toWireJson(
    envelope('chat_completion', { type: 'cancelled', generation_id: id, reason: 'cancelled' }, sequence),
  );
