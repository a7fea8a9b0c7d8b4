import type { GenerationRequest } from '../../../contracts/generation-request.js';
import type { Plan } from '../../models/index.js';

/** The fields of a body that a backend of the plan passes on as they are; undefined where there are none. */
export function passedFields(body: object, { targets }: Plan): GenerationRequest['passedFields'] {
  let found: Record<string, unknown> | undefined;
  for (const { gate } of targets)
    for (const name of gate.backend.passes ?? []) {
      const value = (body as Readonly<Record<string, unknown>>)[name];
      if (value != null && Object.hasOwn(body, name)) (found ??= {})[name] = value;
    }
  return found;
}
