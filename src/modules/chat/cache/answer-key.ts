import { hash } from 'node:crypto';
import type { GenerationSpec } from '../../generation/index.js';
import type { AdmittedCall } from '../call.js';

/**
 * The cache key of an answer: all that it hangs on, after admission, as the backends would hear it. Callers with
 * credentials share answers with nobody, those without share them within their tenant.
 */
export function toAnswerKey({ body }: AdmittedCall, spec: GenerationSpec): string {
  const { kind, owner, agent, plan, choices, request } = spec;
  const first = request(0);
  const said = JSON.stringify([
    kind,
    owner.tenant,
    owner.role === 'anonymous' ? null : owner.id,
    agent,
    plan.targets.map(({ gate, model }) => [gate.backend.name, model]),
    choices,
    first,
    body.kind === 'completion' ? [body.dto.prompt, body.dto.echo] : null,
  ]);
  return `citadel:answer:1:${hash('sha256', said, 'base64url')}`;
}
