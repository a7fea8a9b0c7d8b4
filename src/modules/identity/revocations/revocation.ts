/** What is not believed any more. */
export interface Revocation {
  readonly kind: RevocationKind;
  readonly id: string;
  readonly tenant: string;
  /** When it may be forgotten, because nothing that it meets can be good any more. Undefined: never. */
  readonly untilMs?: number;
  /** Only what was issued before; what is issued from then on is good again. */
  readonly issuedBeforeMs?: number;
}

/** One credential, all of somebody, all of a device, an API key, or all that came of one consent. */
export type RevocationKind = 'credential' | 'principal' | 'device' | 'api_key' | 'grant';

/** Of two about the same, what both mean together. */
export const merge = (one: Revocation, other: Revocation): Revocation => ({
  kind: one.kind,
  id: one.id,
  tenant: one.tenant,
  ...laterOf('untilMs', one, other),
  ...laterOf('issuedBeforeMs', one, other),
});

/** None at all reaches further than any. */
function laterOf(key: 'untilMs' | 'issuedBeforeMs', one: Revocation, other: Revocation): Partial<Revocation> {
  const values = [one[key], other[key]];
  return values.includes(undefined) ? {} : { [key]: Math.max(...(values as number[])) };
}
