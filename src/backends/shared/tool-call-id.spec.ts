import { describe, expect, it } from 'vitest';
import { newToolCallId } from './tool-call-id.js';

describe(newToolCallId.name, () => {
  it('is call_ and 24 letters or digits, each time others', () => {
    const ids = Array.from({ length: 1000 }, newToolCallId);
    expect(ids.filter((id) => !/^call_[A-Za-z0-9]{24}$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(1000);
  });
});
