import { describe, expect, it } from 'vitest';
import { toKeywordAnswer } from './keyword-answer.js';
import { CODE_ANSWER, GREETING_ANSWER, LIST_ANSWER, TABLE_ANSWER } from './keyword-texts.js';

describe(toKeywordAnswer.name, () => {
  it.each([
    [GREETING_ANSWER, ['hello', 'Hi!', 'well, HEY there']],
    [CODE_ANSWER, ['write code', 'a program?', 'What does this function do']],
    [TABLE_ANSWER, ['a table, please', 'show data', 'Comparison of both']],
    [LIST_ANSWER, ['list them', 'which steps', 'How  to tie a knot', 'how\nto do it']],
  ])('answers by keyword: %j', (answer, questions) => {
    for (const question of questions) expect(toKeywordAnswer(question)).toBe(answer);
  });

  it('lets the earlier kind win', () => {
    expect(toKeywordAnswer('list the steps of a program, hey')).toBe(GREETING_ANSWER);
    expect(toKeywordAnswer('a list of functions and a function table')).toBe(CODE_ANSWER);
    expect(toKeywordAnswer('how to make a table')).toBe(TABLE_ANSWER);
  });

  it.each([
    'Write a haiku',
    'Count from 1 to 5',
    'chiffre',
    'hiçbir',
    'éhi',
    'decode it',
    'database',
    'how about tomorrow',
  ])('finds no keyword inside of other words: %s', (question) => {
    const answer = toKeywordAnswer(question);
    expect(answer).toMatch(/^Thank you for /);
    expect(answer).toContain(question);
  });

  it('shows a fenced block with its language, a table and numbers', () => {
    expect(CODE_ANSWER).toMatch(/^```[a-z]+\n[^]*\n```$/m);
    expect(TABLE_ANSWER).toMatch(/^\|(?: [^|]+ \|)+\n\|(?: -+ \|)+\n/m);
    expect(LIST_ANSWER).toMatch(/^1\. .*\n2\. /m);
  });

  it('names a long question in short, without breaking a character', () => {
    const answer = toKeywordAnswer(`  ${'🙂'.repeat(1000)}`);
    expect(answer.length).toBeLessThan(500);
    expect(answer).toContain('🙂…"');
    expect(Buffer.from(answer).toString()).toBe(answer);
    const cutInTwo = toKeywordAnswer(`${' '.repeat(3)}x${' '.repeat(638)}🙂`);
    expect(Buffer.from(cutInTwo).toString()).toBe(cutInTwo);
  });

  it('names a question of several lines on one', () => {
    expect(toKeywordAnswer('one\n\n  two')).toContain('"one two"');
  });
});
