import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { AdmissionServices } from '../admission.js';
import type { Call } from '../call.js';

/** Whether the answer comes as a stream. */
export function decideStreaming(call: Call, { config }: AdmissionServices): void {
  const { terms, body } = call;
  const asked = body.dto.stream === true;
  if (terms.alwaysStreams) call.streams = true;
  else if (!asked || !terms.enterprise) call.streams = asked;
  else if (config.streams.enterpriseStream === 'reject') {
    throw new GatewayError('unsupported_parameter', 'Streaming is switched off on this route.', {
      param: 'stream',
    });
  } else call.streams = config.streams.enterpriseStream === 'allow';

  if (!asked && !call.streams && body.dto.stream_options != null) {
    throw new GatewayError('invalid_request', 'stream_options is only allowed together with stream', {
      param: 'stream_options',
    });
  }
}
