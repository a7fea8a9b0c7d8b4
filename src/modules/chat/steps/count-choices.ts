import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Call } from '../call.js';

const MOST_ANSWERS = 8;

/** One answer for each prompt and each of `n`. */
export function countChoices(call: Call): void {
  const { kind, dto } = call.body;
  const prompts = kind === 'completion' && Array.isArray(dto.prompt) ? dto.prompt.length : 1;
  const choices = (dto.n ?? 1) * prompts;
  if (choices > MOST_ANSWERS) {
    throw new GatewayError(
      'invalid_value',
      `n times the number of prompts must not be more than ${MOST_ANSWERS}`,
      { param: 'n' },
    );
  }
  if (kind === 'completion' && dto.echo === true && call.streams) {
    throw new GatewayError('unsupported_parameter', 'echo is not supported in streams', { param: 'echo' });
  }
  call.choices = choices;
}
