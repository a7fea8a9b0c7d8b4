import { describe, expect, it } from 'vitest';
import { ConfigError } from './config/index.js';
import { readStartOptions } from './start-options.js';

describe(readStartOptions.name, () => {
  it.each([
    [[], false],
    [['--development'], true],
  ])('takes %j', (args, isDevelopment) => {
    expect(readStartOptions(args)).toEqual({ isDevelopment, help: undefined });
  });

  it.each(['--help', '-h'])('tells by %s how it is set', (word) => {
    expect(readStartOptions([word]).help).toContain('.env.example');
  });

  it.each([['--port', '9000'], ['--port=9000'], ['9000'], ['--development=yes']])(
    'refuses %s, which would have no effect, and says what has',
    (...args) => {
      expect(() => readStartOptions(args)).toThrow(ConfigError);
      expect(() => readStartOptions(args)).toThrow('PORT=9000');
    },
  );
});
