/** A part of a whole in percent, such as `97.00%`; of nothing it is `0.00%`. */
export const toPercent = (part: number, whole: number): string =>
  `${(whole === 0 ? 0 : (part / whole) * 100).toFixed(2)}%`;

/** What one of so many took, such as `2500ms`. */
export const toMeanMs = (sumMs: number, count: number): string =>
  `${count === 0 ? 0 : Math.round(sumMs / count)}ms`;
