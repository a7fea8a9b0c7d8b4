/** A JSON Schema as a caller sent it: nothing about it is certain. */
export type Schema = Readonly<Record<string, unknown>>;

export const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A local reference (`#/$defs/name`), followed one step. What leads nowhere allows anything. */
export function followRef(root: unknown, ref: string): unknown {
  if (ref !== '#' && !ref.startsWith('#/')) return {};
  const path = ref
    .slice(2)
    .split('/')
    .filter((_, at) => at > 0 || ref !== '#');
  return path.reduce<unknown>((within, token) => {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    return typeof within === 'object' && within !== null && Object.hasOwn(within, key)
      ? (within as Record<string, unknown>)[key]
      : {};
  }, root);
}

/** What two schemas ask for together; where both name something else, the second wins. */
export function mergeSchemas(first: Schema, second: Schema): Schema {
  return {
    ...first,
    ...second,
    ...(isSchema(first.properties) && isSchema(second.properties)
      ? { properties: { ...first.properties, ...second.properties } }
      : {}),
    ...(Array.isArray(first.required) && Array.isArray(second.required)
      ? { required: [...(first.required as unknown[]), ...(second.required as unknown[])] }
      : {}),
  };
}

export const toFiniteNumber = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
