import { hash } from 'node:crypto';

/** What a vector hangs on besides its text. */
export interface VectorTerms {
  /** Nobody learns from the time an answer takes what another tenant has asked for. */
  readonly tenant: string;
  readonly backend: string;
  /** The model's name there. */
  readonly model: string;
  readonly dimensions?: number;
  readonly truncate?: boolean;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** The cache key of one input: what it hangs on and its exact text, so that no key can be made to mean another text. */
export function toVectorKey(terms: VectorTerms, text: string): string {
  const { tenant, backend, model, dimensions = null, truncate = null, options = null } = terms;
  const said = JSON.stringify([tenant, backend, model, dimensions, truncate, options, text]);
  return `citadel:vector:1:${hash('sha256', said, 'base64url')}`;
}
