import { describe, expect, it } from 'vitest';
import type { BeginRecord, OutcomeRecord } from '../../../contracts/journal.js';
import { toWireText } from '../../../contracts/wire-text.js';
import { BEGIN, RECORD, textOf } from '../testing/recorded-text.js';
import { readAsked } from './asked.js';
import { readEnded } from './ended.js';
import { projectOutcome, toProjection } from './projection.js';

describe(toProjection.name, () => {
  it('marks the rows in which a text was replaced, and no others', () => {
    const { metadata, messages } = toProjection(
      textOf({
        answers: () => [{ text: toWireText('half \ud800'), reasoning: toWireText('\u0000') }],
      }),
    );
    expect(metadata).not.toContain('sanitized');
    expect(messages[0]?.metadata).toBe('{}');
    expect(messages[1]?.content).toBe('half \ufffd');
    expect(JSON.parse(messages[1]!.metadata)).toMatchObject({ reasoning: '\ufffd', sanitized: true });
  });

  it('leaves alone what only looks like it', () => {
    const text = 'a backslash and u0000: \\u0000, \\ud800';
    const { messages } = toProjection(textOf({ answers: () => [{ text: toWireText(text) }] }));
    expect(messages[1]).toMatchObject({
      content: text,
      metadata: '{"choice":0,"finish_reason":"stop"}',
    });
  });
});

describe(projectOutcome.name, () => {
  it.each<[string, Partial<OutcomeRecord>, Partial<BeginRecord>]>([
    ['a plain answer', {}, {}],
    ['one in a session', {}, { session: 'talk', agent: 'ünïcode 👋' }],
    [
      'a failed one',
      { outcome: { status: 'failed', failure: { code: 'timeout', message: 'Too "late".' } } },
      {},
    ],
    [
      'an empty cancelled one',
      { outcome: { status: 'cancelled', reason: 'client_gone' }, answers: () => [] },
      {},
    ],
    ['escapes', { answers: () => [{ text: toWireText('"a"\n\\ ü 👋'), reasoning: toWireText('ü"') }] }, {}],
    ['a cached one', { cached: true, attempts: 0, firstTokenMs: undefined }, { userId: 'ü'.repeat(300) }],
    ['a prompt', {}, { inputs: [{ kind: 'prompt', prompt: '  def f():\n', suffix: '"' }] }],
    [
      'vectors',
      { answers: () => [] },
      { kind: 'embedding', inputs: [{ kind: 'embedding', sha256: ['0f'] }] },
    ],
    [
      'a conversation that goes on',
      {},
      {
        session: 'talk',
        inputs: [
          {
            kind: 'chat',
            messages: [
              { role: 'user', content: 'One?' },
              { role: 'assistant', content: 'One.' },
              { role: 'user', content: [{ type: 'text', text: 'Two?' }] },
            ],
          },
        ],
      },
    ],
  ])('says the same of %s as its text does', (_what, more, begin) => {
    const record: OutcomeRecord = { ...RECORD, ...more, begin: { ...BEGIN, ...begin } };
    const direct = projectOutcome(readAsked(record.begin), readEnded(record));
    const read = toProjection(textOf(more, begin));
    const parsed = ({ metadata, messages, ...columns }: typeof direct) => ({
      ...columns,
      metadata: JSON.parse(metadata) as unknown,
      messages: messages.map((said) => ({ ...said, metadata: JSON.parse(said.metadata) as unknown })),
    });
    expect(parsed(direct)).toEqual(parsed(read));
  });
});
