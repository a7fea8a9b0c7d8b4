import type { WireText } from '../../../contracts/wire-text.js';
import type { Draft } from '../chain/chain-entry.js';
import { sealBody } from '../chain/entry-cipher.js';
import { type Projection, toProjection } from '../record/projection.js';
import { mayBeUnstorable } from '../record/storable-text.js';

/** How a record becomes readable, where nothing in it has to be replaced. */
export type ProjectRecord = (text: WireText) => Projection;

/** A generation's record on its way into the chain: whatever it is, it goes there. */
export function toDraft(subject: string, text: WireText, project: ProjectRecord = toProjection): Draft {
  const sealed = { kind: 'generation', subject, ...sealBody(text) } as const;
  try {
    return { ...sealed, projection: (mayBeUnstorable(text) ? toProjection : project)(text) };
  } catch {
    return sealed;
  }
}
