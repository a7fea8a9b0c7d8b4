/** What is acted upon within the fields of a chat request that have fields. */
const KNOWN = new Set([
  'stream_options.include_usage',
  'response_format.type',
  'response_format.json_schema',
  'response_format.json_schema.name',
  'response_format.json_schema.schema',
  'response_format.json_schema.strict',
  'tool_choice.type',
  'tool_choice.function',
  'tool_choice.function.name',
  'tools.type',
  'tools.function',
  'tools.function.name',
  'tools.function.description',
  'tools.function.parameters',
  'tools.function.strict',
]);
const OUTER = ['stream_options', 'response_format', 'tool_choice', 'tools'] as const;
const INNER = new Set(['response_format.json_schema', 'tool_choice.function', 'tools.function']);

/** A body that also has, by their paths, the fields within others that nothing acts upon. Of tools, those of any. */
export function withUnknownFields(body: object): object {
  const found: Record<string, unknown> = {};
  for (const field of OUTER) look(field, (body as Readonly<Record<string, unknown>>)[field], found);
  return Object.keys(found).length === 0 ? body : { ...body, ...found };
}

function look(path: string, value: unknown, found: Record<string, unknown>): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) return value.forEach((element) => look(path, element, found));
  for (const [name, inner] of Object.entries(value)) {
    const at = `${path}.${name}`;
    if (!KNOWN.has(at)) found[at] = inner;
    else if (INNER.has(at)) look(at, inner, found);
  }
}
