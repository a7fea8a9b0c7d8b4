import { describe, expect, it } from 'vitest';
import { openBytes, sealBytes } from './sealed-bytes.js';

const KEY = Buffer.alloc(32, 7);
const TEXT = Buffer.from('a text');

describe('sealed bytes', () => {
  it('are AES-256-GCM as it was published', () => {
    // McGrew and Viega, test case 14.
    const sealed = sealBytes(Buffer.alloc(32), Buffer.alloc(16), '', Buffer.alloc(12));
    expect(sealed.toString('hex')).toBe(
      `${'00'.repeat(12)}cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919`,
    );
  });

  it('are opened by the key, about the same', () => {
    expect(openBytes(KEY, sealBytes(KEY, TEXT, '200'), '200')).toEqual(TEXT);
    expect(openBytes(KEY, sealBytes(KEY, Buffer.alloc(0), ''), '')).toEqual(Buffer.alloc(0));
    expect(openBytes(KEY, sealBytes(KEY, TEXT, '200'), '400')).toBeUndefined();
    expect(openBytes(Buffer.alloc(32), sealBytes(KEY, TEXT, '200'), '200')).toBeUndefined();
  });

  it('are not opened when a bit differs, nor cut off', () => {
    const sealed = sealBytes(KEY, TEXT, '');
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index]! ^= 1;
      expect(openBytes(KEY, changed, '')).toBeUndefined();
      expect(openBytes(KEY, sealed.subarray(0, index), '')).toBeUndefined();
    }
  });

  it('are never the same twice', () => {
    expect(sealBytes(KEY, TEXT, '')).not.toEqual(sealBytes(KEY, TEXT, ''));
  });
});
