/** A part of a message. */
export type ItemPart =
  | { readonly type: 'input_text'; readonly text: string }
  | {
      readonly type: 'output_text';
      readonly text: string;
      readonly annotations: [];
      readonly logprobs: unknown[];
    }
  | { readonly type: 'refusal'; readonly refusal: string }
  | { readonly type: 'input_image'; readonly image_url: string; readonly detail: string };

interface KeptItem {
  readonly id: string;
  readonly status: string;
}

interface CalledItem extends KeptItem {
  readonly call_id: string;
  readonly name: string;
  readonly namespace?: string;
  readonly extra_content?: Record<string, unknown>;
}

export type CallItem =
  | (CalledItem & { readonly type: 'function_call'; readonly arguments: string })
  | (CalledItem & { readonly type: 'custom_tool_call'; readonly input: string })
  | (KeptItem & {
      readonly type: 'tool_search_call';
      readonly call_id: string;
      readonly execution: 'client';
      readonly arguments: object;
    });

export type CallOutputItem =
  | (KeptItem & {
      readonly type: 'function_call_output' | 'custom_tool_call_output';
      readonly call_id: string;
      readonly output: string | readonly ItemPart[];
    })
  | (KeptItem & {
      readonly type: 'tool_search_output';
      readonly call_id: string;
      readonly execution: 'client';
      readonly tools: object[];
    });

/** What stands in a conversation, as it is kept and listed. */
export type InputItem =
  | (KeptItem & {
      readonly type: 'message';
      readonly role: 'user' | 'assistant' | 'system' | 'developer';
      readonly content: readonly ItemPart[];
    })
  | CallItem
  | CallOutputItem
  | (KeptItem & { readonly type: 'additional_tools'; readonly role: 'developer'; readonly tools: object[] })
  | (KeptItem & { readonly type: 'reasoning'; readonly summary: unknown[]; readonly content?: unknown[] });

export const isCall = (item: InputItem): item is CallItem =>
  item.type === 'function_call' || item.type === 'custom_tool_call' || item.type === 'tool_search_call';

export const isCallOutput = (item: InputItem): item is CallOutputItem =>
  item.type === 'function_call_output' ||
  item.type === 'custom_tool_call_output' ||
  item.type === 'tool_search_output';
