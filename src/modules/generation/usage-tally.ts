import type { Usage } from '../../contracts/usage.js';
import type { GenerationLog } from './log/generation-log.js';
import { choiceOf, isTagged, kindOf } from './log/entry.js';

/** Adds up the token counts of all answers as OpenAI does: every answer counts, and each prompt once. */
export class UsageTally {
  readonly reports: (Usage | undefined)[] = [];

  /** `prompts` is the number of different prompts; each has the same number of answers. */
  constructor(
    private readonly choices: number,
    private readonly prompts: number,
  ) {}

  report(choice: number, usage: Usage): void {
    this.reports[choice] = usage;
  }

  /**
   * Answers whose backend did not say are counted by their pieces, and the sum is marked as estimated. Few backends say how
   * many tokens were thoughts: their pieces are counted, which are tokens as they come.
   */
  total(log: GenerationLog): Usage {
    const [only] = this.reports;
    if (this.choices === 1 && only?.completionTokens !== undefined) {
      const isKnown = log.tagged === 0 || only.reasoningTokens !== undefined;
      const [thoughts] = isKnown ? [0] : thoughtsByChoice(log, 1);
      return thoughts ? { ...only, reasoningTokens: Math.min(thoughts, only.completionTokens) } : only;
    }
    const total: Usage = {
      promptTokens: this.sumByPrompt('promptTokens'),
      cachedTokens: this.sumByPrompt('cachedTokens'),
      completionTokens: 0,
    };
    const pieces = piecesByChoice(log, this.choices);
    const thoughts = thoughtsByChoice(log, this.choices);
    for (let choice = 0; choice < this.choices; choice++) {
      const { completionTokens = pieces[choice]!, reasoningTokens } = this.reports[choice] ?? {};
      total.completionTokens! += completionTokens;
      if (this.reports[choice]?.completionTokens === undefined) total.estimated = true;
      const reasoning = reasoningTokens ?? Math.min(thoughts[choice]!, completionTokens);
      if (reasoningTokens !== undefined || reasoning > 0)
        total.reasoningTokens = (total.reasoningTokens ?? 0) + reasoning;
    }
    return total;
  }

  private sumByPrompt(key: 'promptTokens' | 'cachedTokens'): number | undefined {
    const answersEach = this.choices / this.prompts;
    const counts: number[] = [];
    this.reports.forEach((usage, choice) => {
      const prompt = Math.floor(choice / answersEach);
      const count = usage?.[key];
      if (count !== undefined) counts[prompt] = Math.max(counts[prompt] ?? 0, count);
    });
    return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
  }
}

function thoughtsByChoice(log: GenerationLog, choices: number): number[] {
  const thoughts = Array.from({ length: choices }, () => 0);
  if (log.tagged === 0) return thoughts;
  for (const entry of log.entries())
    if (isTagged(entry) && kindOf(entry) === 'reasoning') thoughts[choiceOf(entry)]!++;
  return thoughts;
}

function piecesByChoice(log: GenerationLog, choices: number): number[] {
  if (choices === 1) return [log.count];
  const pieces = Array.from({ length: choices }, () => 0);
  for (const entry of log.entries()) pieces[choiceOf(entry)]!++;
  return pieces;
}
