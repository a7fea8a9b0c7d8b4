import type { WireText } from '../../../contracts/wire-text.js';
import type { OutputItem, SpokenKind } from './output-item.js';

/** What the events of an item's only part are called. */
interface SpokenEvents {
  readonly text: string;
  readonly part: string;
  /** What else its text has. */
  readonly more: WireText;
}

export const SPOKEN: Readonly<Record<SpokenKind, SpokenEvents>> = {
  message: { text: 'response.output_text', part: 'response.content_part', more: ',"logprobs":[]' },
  reasoning: { text: 'response.reasoning_text', part: 'response.content_part', more: '' },
  summary: { text: 'response.reasoning_summary_text', part: 'response.reasoning_summary_part', more: '' },
};

export const placeOf = ({ id, index }: OutputItem): WireText => `"item_id":"${id}","output_index":${index}`;

export const partOf = (item: OutputItem): WireText =>
  `${placeOf(item)},"${item.kind === 'summary' ? 'summary_index' : 'content_index'}":0`;
