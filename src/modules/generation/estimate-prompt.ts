import type { GenerationRequest } from '../../contracts/generation-request.js';

/** What byte-pair vocabularies give on average; other writing than Latin takes more bytes for each token. */
const BYTES_PER_TOKEN = 4;
/** Roles and borders. */
const TOKENS_PER_MESSAGE = 4;
/** A small picture; models differ widely. */
const TOKENS_PER_IMAGE = 85;

type Asked = Pick<GenerationRequest, 'input' | 'tools'>;

/** About how many tokens a model reads before it answers. */
export function estimatePrompt({ input, tools }: Asked): number {
  const ofTools = tools === undefined ? 0 : ofText(JSON.stringify(tools));
  if (input.kind === 'prompt') return ofTools + ofText(input.prompt) + ofText(input.suffix ?? '');
  let tokens = ofTools;
  for (const { content, reasoning = '', toolCalls } of input.messages) {
    tokens += TOKENS_PER_MESSAGE + ofText(reasoning);
    for (const call of toolCalls ?? []) tokens += ofText(call.name) + ofText(call.arguments);
    if (typeof content === 'string') tokens += ofText(content);
    else
      for (const part of content ?? []) tokens += part.type === 'text' ? ofText(part.text) : TOKENS_PER_IMAGE;
  }
  return tokens;
}

const ofText = (text: string): number => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
