const ESCAPED_BY_GO: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** JSON as Go's encoder writes it: HTML characters and line separators escaped, everything else beyond ASCII raw. */
export function goJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => ESCAPED_BY_GO[character] ?? character,
  );
}

/** The shortest decimal that is this float32, which is what Go prints for one. */
export function goFloat32(value: number): number {
  const single = Math.fround(value);
  for (let digits = 1; digits < 9; digits += 1) {
    const candidate = Number(single.toPrecision(digits));
    if (Math.fround(candidate) === single) return candidate;
  }
  return single;
}

/** RFC 3339 timestamps with nanoseconds, trailing zeros trimmed as Go does, each a step after the one before. */
export class GoClock {
  private static readonly START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
  private static readonly STEP_NS = 10_040_300n;
  private nanoseconds = 123_456_700n;

  next(): string {
    this.nanoseconds += GoClock.STEP_NS;
    const seconds = Number(this.nanoseconds / 1_000_000_000n);
    const fraction = (this.nanoseconds % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '');
    const whole = new Date(GoClock.START_MS + seconds * 1000).toISOString().slice(0, 19);
    return fraction === '' ? `${whole}Z` : `${whole}.${fraction}Z`;
  }
}
