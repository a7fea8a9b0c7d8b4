import { fromWireText, toWireText, type WireText } from '../../../contracts/wire-text.js';

/** A custom tool as models are offered it: a function of one text. */
export const CUSTOM_PARAMETERS = {
  type: 'object',
  properties: { input: { type: 'string', description: 'The whole input, as plain text.' } },
  required: ['input'],
  additionalProperties: false,
};

export const toArguments = (input: string): string => JSON.stringify({ input });

/** The text within a call's arguments, whatever the model calls it. What has no such text is left as it came. */
export function toInput(args: WireText): WireText {
  const given = parse(args);
  const input = given.input ?? (Object.keys(given).length === 1 ? Object.values(given)[0] : undefined);
  return typeof input === 'string' ? toWireText(input) : args;
}

function parse(args: WireText): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(fromWireText(args))) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
