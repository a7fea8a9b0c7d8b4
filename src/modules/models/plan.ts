import type { BackendGate } from './backend-gate.js';

/** Where one request may be served, in the order to be tried. */
export interface Plan {
  /** As the caller named it. */
  readonly requestedModel: string;
  readonly targets: readonly Target[];
}

export interface Target {
  readonly gate: BackendGate;
  /** The model's name at this backend. */
  readonly model: string;
}

/** Whether who is asked first looks at nothing but what is said. */
export const isSettledElsewhere = ({ targets: [first] }: Plan): boolean =>
  first?.gate.backend.hasOwnSettings === true;
