import type { AdmissionServices } from '../admission.js';
import type { Call } from '../call.js';

const DEFAULT_DIALECT = 'openai';

/** The caller's choice, else the route's. */
export function chooseDialect(call: Call, { dialects }: AdmissionServices): void {
  call.dialect = dialects.get(call.wishes.dialect ?? call.terms.dialect ?? DEFAULT_DIALECT, call.body.kind);
}
