/** A signature as a request brings it, before anything of it is believed. */
export interface SignatureClaim {
  /** The device by whose key it is said to be made. */
  readonly keyId: string;
  readonly nonce: string;
  /** In seconds since 1970. */
  readonly createdS: number;
  readonly signature: Buffer;
  /** The bytes that are signed, for this body; undefined when the body is not the one that the head names. */
  readonly baseOf: (body: Buffer) => Buffer | undefined;
}

/** How long a signature is good after it was made, and how far a clock may be ahead. */
export const MAX_AGE_S = 60;
export const MAX_AHEAD_S = 30;

const NONCE = /^[A-Za-z0-9._~+/=-]{16,128}$/;
const SECONDS = /^\d{1,12}$/;

export const isNonce = (text: string): boolean => NONCE.test(text);

export const isInWindow = (createdS: number, nowMs: number): boolean => {
  const age = nowMs / 1000 - createdS;
  return age <= MAX_AGE_S && age >= -MAX_AHEAD_S;
};

/** NaN for what is not a whole number of seconds. */
export const toSeconds = (text: string): number => (SECONDS.test(text) ? Number(text) : NaN);
