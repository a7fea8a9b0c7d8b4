import { describe, expect, it, vi } from 'vitest';
import type { Outcome } from '../../contracts/generation-outcome.js';
import { hasWorked, withPromptTokens } from './estimated-usage.js';
import { GenerationLog } from './log/generation-log.js';

const FAILED: Outcome = { status: 'failed', failure: { code: 'upstream_error', message: 'no' } };
const CANCELLED: Outcome = { status: 'cancelled', reason: 'client_gone' };
const FINISHED: Outcome = { status: 'finished', finishReasons: ['stop'] };
const ORIGIN = { backend: 'ollama', model: 'phi3:latest' };

describe('the usage of what the backend did not count', () => {
  it.each([
    ['an answer', [ORIGIN], ['a'], FINISHED, true],
    ['an empty answer', [ORIGIN], [], FINISHED, true],
    ['one of two answers', [undefined, ORIGIN], [], FINISHED, true],
    ['what was cancelled before its first token', [ORIGIN], [], CANCELLED, true],
    ['what was cancelled before a backend was asked', [undefined], [], CANCELLED, false],
    ['what failed before its first token', [ORIGIN], [], FAILED, false],
    ['what failed in the middle', [ORIGIN], ['a'], FAILED, true],
  ])('takes it for %s that a model has worked or not', (_, origins, entries, outcome, expected) => {
    const log = new GenerationLog();
    for (const entry of entries) log.append(entry);
    expect(hasWorked({ origins, log }, outcome)).toBe(expected);
  });

  it('has an estimate of the prompt, marked as one', () => {
    const usage = withPromptTokens({ completionTokens: 2 }, () => 9);
    expect(usage).toEqual({ promptTokens: 9, completionTokens: 2, estimated: true });
  });

  it('looks at no prompt the backend has counted', () => {
    const estimate = vi.fn(() => 9);
    const usage = { promptTokens: 0, completionTokens: 2 };
    expect(withPromptTokens(usage, estimate)).toBe(usage);
    expect(estimate).not.toHaveBeenCalled();
  });
});
