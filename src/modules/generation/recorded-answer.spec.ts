import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Outcome } from '../../contracts/generation-outcome.js';
import { ANONYMOUS } from '../../contracts/principal.js';
import { toWireText } from '../../contracts/wire-text.js';
import { Generation, type AnswerOrigin, type AnswerRun } from './generation.js';
import { reasoningEntry, textEntry, toolCallEntry } from './log/entry.js';
import { answersOf } from './log/answers.js';
import { recordAnswer, toRecordedAnswer } from './recorded-answer.js';
import { ReplayRun } from './replay-run.js';
import { BEGIN } from './testing/begin-record.js';

const ORIGIN: AnswerOrigin = { backend: 'ollama', model: 'phi3:latest' };
const silent = (origin: AnswerOrigin = ORIGIN): AnswerRun => ({
  origin,
  attempts: 1,
  stop: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
  touch: () => undefined,
});

function begin(choices: number, runs: AnswerRun[] = [silent()]): Generation {
  const head = { id: 'chatcmpl-1', created: 1, model: 'phi3', agent: undefined, choices };
  const generation: Generation = new Generation(head, ANONYMOUS, BEGIN, (ended) => ended.release());
  generation.run(runs, 60_000);
  return generation;
}

/** Everything an answer can hold, in two choices. */
function speak(generation: Generation): void {
  generation.append(textEntry(toWireText('Größe "1"\n'), 0));
  generation.appendTagged(reasoningEntry(toWireText('hm'), 0));
  generation.appendTagged(textEntry(toWireText('two'), 1));
  generation.appendTagged(toolCallEntry({ index: 0, id: 'call_1', name: 'f', arguments: '{"a":"ü"}' }, 1));
  for (let piece = 0; piece < 200; piece++) generation.append(textEntry(` ${piece}`, 0));
  generation.answerFinished(0, 'stop', { promptTokens: 3, completionTokens: 9, cachedTokens: 1 });
  generation.answerFinished(1, 'tool_calls', { promptTokens: 3 });
}

beforeEach(() => void vi.useFakeTimers());

describe(ReplayRun.name, () => {
  it('writes the same log, reasons and usage that were recorded, also through JSON', async () => {
    const first = begin(2);
    speak(first);
    const kept = toRecordedAnswer(JSON.parse(JSON.stringify(recordAnswer(first, ORIGIN))), 2)!;

    const runs: AnswerRun[] = [];
    const second = begin(2, runs);
    const run = new ReplayRun(second, kept);
    runs.push(run);
    run.start();
    expect(second.ended).toBe(false);
    await Promise.resolve();
    expect(second.releasedOutcome).toEqual(first.releasedOutcome);
    expect(second.usage).toEqual(first.usage);
    expect(second.log.entries()).toEqual(first.log.entries());
    expect(second.log.tagged).toBe(first.log.tagged);
    expect(answersOf(second.log, 2)).toEqual(answersOf(first.log, 2));
    expect([second.backendName, run.attempts]).toEqual(['ollama', 0]);
    expect(recordAnswer(second, ORIGIN)).toEqual(recordAnswer(first, ORIGIN));
  });

  it('writes nothing for one who has left', async () => {
    const first = begin(2);
    speak(first);
    const second = begin(2);
    new ReplayRun(second, recordAnswer(first, ORIGIN)!).start();
    second.cancel('client_gone');
    await Promise.resolve();
    expect(second.log.count).toBe(0);
    expect(second.releasedOutcome).toEqual({ status: 'cancelled', reason: 'client_gone' });
  });
});

describe(recordAnswer.name, () => {
  const failure = { code: 'upstream_error', message: 'no' } as const;
  it.each<[string, (generation: Generation) => void]>([
    ['runs', (generation) => generation.append('text')],
    ['failed', (generation) => generation.answerFailed(failure)],
    ['was cancelled', (generation) => generation.cancel('timeout')],
    ['has nothing in it', (generation) => generation.answerFinished(0, 'stop', {})],
  ])('takes none that %s', (_what, end) => {
    const generation = begin(1);
    end(generation);
    expect(recordAnswer(generation, ORIGIN)).toBeUndefined();
  });

  it('takes none that could not be put on record', () => {
    const head = { id: 'chatcmpl-1', created: 1, model: 'phi3', agent: undefined, choices: 1 };
    const instead: Outcome = { status: 'failed', failure };
    const generation = new Generation(head, ANONYMOUS, BEGIN, (ended) => ended.release(instead));
    generation.run([silent()], 60_000);
    generation.append('text');
    generation.answerFinished(0, 'stop', {});
    expect(recordAnswer(generation, ORIGIN)).toBeUndefined();
  });

  it.each<[string, AnswerOrigin[]]>([
    ['another backend', [{ ...ORIGIN, backend: 'other' }]],
    ['another model', [{ ...ORIGIN, model: 'phi3' }]],
    ['another one in part', [ORIGIN, { ...ORIGIN, backend: 'other' }]],
  ])('takes none of %s', (_what, origins) => {
    const generation = begin(2, origins.map(silent));
    speak(generation);
    expect(recordAnswer(generation, ORIGIN)).toBeUndefined();
  });
});

describe(toRecordedAnswer.name, () => {
  const SOUND = { log: 'a', finishReasons: ['stop'], usages: [{}], origin: ORIGIN };

  it('takes what is sound', () => {
    expect(toRecordedAnswer(SOUND, 1)).toEqual(SOUND);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'text'],
    ['an empty log', { ...SOUND, log: '' }],
    ['no log', { ...SOUND, log: 1 }],
    ['an unknown reason', { ...SOUND, finishReasons: ['"'] }],
    ['too few reasons', { ...SOUND, finishReasons: [] }],
    ['too many usages', { ...SOUND, usages: [{}, {}] }],
    ['a usage that is none', { ...SOUND, usages: [null] }],
    ['no origin', { ...SOUND, origin: undefined }],
    ['half an origin', { ...SOUND, origin: { backend: 'ollama' } }],
  ])('takes %s for none', (_what, value) => {
    expect(toRecordedAnswer(value, 1)).toBeUndefined();
  });
});
