/** Seconds of a file or of the environment, never rounded to nothing. */
export const toMs = (seconds: number): number => Math.ceil(seconds * 1000);
