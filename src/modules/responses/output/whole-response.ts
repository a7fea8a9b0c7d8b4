import type { Outcome } from '../../../contracts/generation-outcome.js';
import type { WireText } from '../../../contracts/wire-text.js';
import { playLog, type FollowedLog } from '../../generation/index.js';
import type { ResponseEcho } from '../response-echo.js';
import type { OutputItem } from './output-item.js';
import { OutputItems } from './output-items.js';
import { toEnd, usageAt } from './response-end.js';
import { toResponseJson } from './response-json.js';

/** All that a log that ended so has given. */
export function itemsOf(
  { id, log }: FollowedLog,
  outcome: Outcome,
  echo: ResponseEcho,
): readonly OutputItem[] {
  const items = new OutputItems(id, echo);
  playLog(log, items);
  if (outcome.status === 'finished') items.finish(toEnd(outcome).status === 'incomplete');
  else items.abandon();
  return items.all;
}

/** The `response` object of a generation that ended so. */
export function toWholeResponse(source: FollowedLog, outcome: Outcome, echo: ResponseEcho): WireText {
  const { head, usage, durationMs } = source;
  return toResponseJson(head, echo, {
    end: toEnd(outcome),
    items: itemsOf(source, outcome, echo),
    usage: usageAt(outcome, usage),
    durationMs,
  });
}
