import { describe, expect, it } from 'vitest';
import { BEGIN, ENDED_AT, textOf } from '../testing/recorded-text.js';
import { timeOfText } from './time-of-text.js';

describe(timeOfText.name, () => {
  it('is that of the end', () => {
    expect(timeOfText(textOf({}))).toBe(ENDED_AT.getTime());
  });

  it('is that of the begin where there is no end, whatever the caller wrote', () => {
    const content = ',"updated_at":"2020-01-01T00:00:00.000Z","ended":';
    const [begun = ''] = textOf(
      {},
      {
        userId: ',"created_at":"2020-01-01T00:00:00.000Z"',
        inputs: [{ kind: 'chat', messages: [{ role: 'user', content }] }],
      },
    ).split(',"updated_at":"2026');
    expect(timeOfText(begun)).toBe(BEGIN.createdAt.getTime());
  });

  it('is not known of anything else', () => {
    expect(timeOfText('{')).toBeUndefined();
    expect(timeOfText('{"user_id":"ada","created_at":"soon"')).toBeUndefined();
  });
});
