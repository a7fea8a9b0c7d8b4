import type { WireText } from '../../../contracts/wire-text.js';
import type { OutputItem, SpokenKind } from './output-item.js';

/** What the events of an item's only part are called. */
interface SpokenEvents {
  readonly text: string;
  readonly part: string;
  /** Under which name the whole of it is said. */
  readonly field: 'text' | 'refusal';
  /** Whether what its tokens scored is said with it. */
  readonly isScored?: boolean;
}

export const SPOKEN: Readonly<Record<SpokenKind, SpokenEvents>> = {
  message: {
    text: 'response.output_text',
    part: 'response.content_part',
    field: 'text',
    isScored: true,
  },
  refusal: { text: 'response.refusal', part: 'response.content_part', field: 'refusal' },
  reasoning: { text: 'response.reasoning_text', part: 'response.content_part', field: 'text' },
  summary: {
    text: 'response.reasoning_summary_text',
    part: 'response.reasoning_summary_part',
    field: 'text',
  },
};

export const placeOf = ({ id, index }: OutputItem): WireText => `"item_id":"${id}","output_index":${index}`;

export const partOf = (item: OutputItem): WireText =>
  `${placeOf(item)},"${item.kind === 'summary' ? 'summary_index' : 'content_index'}":0`;
