/** How much text there is in something that JSON could say, its keys left out. */
export function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let sum = 0;
  for (const inner of Object.values(value)) sum += charactersOf(inner);
  return sum;
}
