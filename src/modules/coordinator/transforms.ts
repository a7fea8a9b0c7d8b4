import { GatewayError } from '../../common/errors/gateway.error.js';
import { requireSoundJson } from '../../common/http/json-body.js';

type Transform = (answer: string) => unknown;

/** What may be done with the answer of a step. Adding one is a line here. */
const TRANSFORMS: Readonly<Record<string, Transform>> = {
  trim: (answer) => answer.trim(),
  first_line: (answer) =>
    answer
      .split(/\r?\n/)
      .map((line) => line.trim())
      .find((line) => line !== '') ?? '',
  json: toJson,
};

export const TRANSFORM_NAMES: readonly string[] = Object.keys(TRANSFORMS);

/** Throws `transform_failed` for an answer that is not what the transform needs. The name must be a known one. */
export const transformed = (answer: string, name: string | null | undefined): unknown =>
  name == null ? answer : TRANSFORMS[name]!(answer);

const FENCED = /^```\w*\r?\n([\s\S]*?)\r?\n?```$/;

/** Models like to put a fence around it. What no request may hold is refused here too. */
function toJson(answer: string): unknown {
  const bare = answer.trim();
  try {
    const value = JSON.parse(FENCED.exec(bare)?.[1] ?? bare) as unknown;
    requireSoundJson(value);
    return value;
  } catch (cause) {
    throw new GatewayError(
      'transform_failed',
      'The answer is not JSON that can be handed on, as the transform json needs it.',
      {
        cause,
      },
    );
  }
}

/** What an agent is given: a text as it is, anything else as JSON. */
export const toTaskText = (input: unknown): string =>
  typeof input === 'string' ? input : JSON.stringify(input);
