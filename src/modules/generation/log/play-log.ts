import type { Logprobs } from '../../../contracts/logprobs.js';
import type { ToolCallDelta } from '../../../contracts/model-backend.js';
import type { WireText } from '../../../contracts/wire-text.js';
import { bodyOf, choiceOf, kindOf, logprobsOf, toolCallOf } from './entry.js';
import type { GenerationLog } from './generation-log.js';

/** Hears what one answer says, piece by piece, as it came. */
export interface LogListener {
  text(piece: WireText): void;
  scoredText(piece: WireText, logprobs: Logprobs): void;
  reasoning(piece: WireText): void;
  refusal(piece: WireText): void;
  toolCall(delta: ToolCallDelta): void;
}

/** Tells all a log holds of one answer, in its order. */
export function playLog(log: GenerationLog, listener: LogListener, choice = 0): void {
  for (const entry of log.entries()) {
    if (choiceOf(entry) !== choice) continue;
    const kind = kindOf(entry);
    if (kind === 'tool-call') listener.toolCall(toolCallOf(entry));
    else if (kind === 'scored-text') listener.scoredText(bodyOf(entry), logprobsOf(entry));
    else listener[kind](bodyOf(entry));
  }
}
