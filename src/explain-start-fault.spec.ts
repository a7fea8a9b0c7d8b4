import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError } from './config/index.js';
import { explainStartFault } from './explain-start-fault.js';

describe(explainStartFault.name, () => {
  it('says of a mistake no more than what it is', () => {
    expect(explainStartFault(new ConfigError('PORT must be a port'))).toBe('PORT must be a port');
  });

  it('says in a line what the system denies, and which setting says where files are', () => {
    let fault: unknown;
    try {
      readFileSync('/');
    } catch (error) {
      fault = error;
    }
    expect(explainStartFault(fault)).toBe(
      'EISDIR: illegal operation on a directory, read (files are kept in CITADEL_DATA_DIR)',
    );
  });

  it('leaves the stack to a fault of ours', () => {
    expect(explainStartFault(new TypeError('oops'))).toMatch(/^TypeError: oops\n {4}at /);
    expect(explainStartFault('oops')).toBe('oops');
  });
});
