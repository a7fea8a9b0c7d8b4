/** A setting that cannot be used. The message names the key and what was expected, never a value that may be secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
