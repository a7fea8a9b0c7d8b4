import type { WireText } from '../../../contracts/wire-text.js';
import type { OutputItem, SpokenKind } from './output-item.js';

/** What the events of an item's only part are called. */
interface SpokenEvents {
  readonly text: string;
  readonly part: string;
  /** Under which name the whole of it is said. */
  readonly field: 'text' | 'refusal';
  /** What else its text has. */
  readonly more: WireText;
}

export const SPOKEN: Readonly<Record<SpokenKind, SpokenEvents>> = {
  message: {
    text: 'response.output_text',
    part: 'response.content_part',
    field: 'text',
    more: ',"logprobs":[]',
  },
  refusal: { text: 'response.refusal', part: 'response.content_part', field: 'refusal', more: '' },
  reasoning: { text: 'response.reasoning_text', part: 'response.content_part', field: 'text', more: '' },
  summary: {
    text: 'response.reasoning_summary_text',
    part: 'response.reasoning_summary_part',
    field: 'text',
    more: '',
  },
};

export const placeOf = ({ id, index }: OutputItem): WireText => `"item_id":"${id}","output_index":${index}`;

export const partOf = (item: OutputItem): WireText =>
  `${placeOf(item)},"${item.kind === 'summary' ? 'summary_index' : 'content_index'}":0`;
