import type { CreateResponseDto } from './dto/create-response.dto.js';

/** The fields of a body by their names, and those of its settings by their paths. Of tools, those that any of them has. */
export function sentParameters(dto: CreateResponseDto): Readonly<Record<string, unknown>> {
  const { text, reasoning, tools, tool_choice: choice } = dto;
  return Object.assign(
    { ...dto },
    within('text', text),
    within('text.format', text?.format),
    within('reasoning', reasoning),
    within('tool_choice', typeof choice === 'object' ? choice : undefined),
    ...(tools ?? []).map((tool) => within('tools', tool)),
  ) as Readonly<Record<string, unknown>>;
}

const within = (path: string, object: object | null | undefined): object =>
  Object.fromEntries(Object.entries(object ?? {}).map(([name, value]) => [`${path}.${name}`, value]));
