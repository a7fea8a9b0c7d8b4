import { describe, expect, it } from 'vitest';
import { ArrayWriter } from './array-writer.js';

describe(ArrayWriter.name, () => {
  it('spells an array as `array_recv` reads it', () => {
    const bytes = new ArrayWriter().write('text', ['ü', null, '']);
    expect(bytes.toString('hex')).toBe(
      '00000001' + // dimensions
        '00000001' + // has nulls
        '00000019' + // text
        '00000003' + // length
        '00000001' + // lower bound
        '00000002c3bc' +
        'ffffffff' +
        '00000000',
    );
  });

  it('writes numbers, bytes and JSON in their own form', () => {
    const arrays = new ArrayWriter();
    const items = (bytes: Buffer) => bytes.subarray(20).toString('hex');
    expect(items(arrays.write('int4', [-1, 7]))).toBe('00000004ffffffff' + '0000000400000007');
    expect(items(arrays.write('bytea', [Buffer.from([0, 255])]))).toBe('0000000200ff');
    expect(items(arrays.write('jsonb', ['{}']))).toBe('00000003017b7d');
    expect(items(arrays.write('text', []))).toBe('');
  });

  it('leaves alone what it wrote before, until it is reset', () => {
    const arrays = new ArrayWriter();
    const first = arrays.write('text', ['first']);
    const spelled = first.toString('hex');
    // More than there was memory for.
    const large = arrays.write('text', ['x'.repeat(300_000)]);
    arrays.write('text', ['last']);
    expect(first.toString('hex')).toBe(spelled);
    expect(large.toString('latin1', 24)).toBe('x'.repeat(300_000));
    arrays.reset();
    expect(arrays.write('text', ['first']).toString('hex')).toBe(spelled);
  });
});
