/** A part of a message. */
export type ItemPart =
  | { readonly type: 'input_text'; readonly text: string }
  | { readonly type: 'output_text'; readonly text: string; readonly annotations: []; readonly logprobs: [] }
  | { readonly type: 'refusal'; readonly refusal: string }
  | { readonly type: 'input_image'; readonly image_url: string; readonly detail: string };

interface KeptItem {
  readonly id: string;
  readonly status: string;
}

/** What stands in a conversation, as it is kept and listed. */
export type InputItem =
  | (KeptItem & {
      readonly type: 'message';
      readonly role: 'user' | 'assistant' | 'system' | 'developer';
      readonly content: readonly ItemPart[];
    })
  | (KeptItem & {
      readonly type: 'function_call';
      readonly call_id: string;
      readonly name: string;
      readonly arguments: string;
    })
  | (KeptItem & {
      readonly type: 'function_call_output';
      readonly call_id: string;
      readonly output: string | readonly ItemPart[];
    })
  | (KeptItem & { readonly type: 'reasoning'; readonly summary: unknown[]; readonly content?: unknown[] });
