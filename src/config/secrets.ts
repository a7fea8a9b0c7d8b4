import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from './config-error.js';
import type { ProcessEnv } from './env.js';
import { unreadable } from './unreadable.js';

/** Secrets asked for by these names. YAML may name further ones by `*_secret_name` and `api_key_env`. */
export const SECRET_KEYS = [
  'DATABASE_PASSWORD',
  'OPENAI_API_KEY',
  'MAIL_SMTP_URL',
  'P8FS_JWT_PRIVATE_KEY_PEM',
  'P8FS_JWT_PUBLIC_KEY_PEM',
  'AUTH_JWT_RETIRED_KEYS',
  'AUTH_JWT_SECRET',
  'P8FS_DEV_TOKEN_SECRET',
] as const;

export interface Secret {
  readonly value: string;
  /** Safe to show: the variable or the file it came from. */
  readonly origin: string;
}

/** Finds a secret by its name: the variable NAME, the file that NAME_FILE names, then the file `config/secrets/NAME`. */
export class Secrets {
  /** By which names secrets were looked for. */
  readonly sought = new Set<string>();

  constructor(
    private readonly processEnv: ProcessEnv,
    private readonly folder: string,
  ) {}

  find(name: string): Secret | undefined {
    return (
      this.findInEnvironment(name) ??
      this.readFile(join(this.folder, name), `config/secrets/${name}`, 'optional')
    );
  }

  findInEnvironment(name: string): Secret | undefined {
    this.sought.add(name);
    const value = this.processEnv[name]?.trim();
    const file = this.processEnv[`${name}_FILE`]?.trim();
    if (value && file) throw new ConfigError(`Set ${name} or ${name}_FILE, not both`);
    if (value) return { value, origin: name };
    return file ? this.readFile(file, `${name}_FILE`, 'required') : undefined;
  }

  private readFile(file: string, origin: string, need: 'optional' | 'required'): Secret | undefined {
    try {
      const value = readFileSync(file, 'utf8').trim();
      if (value !== '') return { value, origin };
    } catch (cause) {
      if (need === 'optional' && (cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw unreadable(`The secret file of ${origin}`, cause);
    }
    throw new ConfigError(`The secret file of ${origin} is empty`);
  }
}
