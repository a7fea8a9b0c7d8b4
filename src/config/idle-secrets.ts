import type { ProcessEnv } from './env.js';
import { SECRET_KEYS } from './secrets.js';

/** Of what one has to be set too, for a secret to be of use. */
const NEEDED: Partial<Record<(typeof SECRET_KEYS)[number], readonly string[]>> = {
  OPENAI_API_KEY: ['OPENAI_BASE_URL'],
  DATABASE_PASSWORD: ['DATABASE_URL', 'DATABASE_HOST'],
};

/** A line for each secret that is set and that nothing has asked for. */
export const findIdleSecrets = (processEnv: ProcessEnv, sought: ReadonlySet<string>): string[] =>
  SECRET_KEYS.flatMap((key) => {
    const name = [key, `${key}_FILE`].find((each) => processEnv[each]?.trim());
    if (name === undefined || sought.has(key)) return [];
    const needed = NEEDED[key] ?? [];
    const isMissing = needed.length > 0 && needed.every((each) => !processEnv[each]?.trim());
    const reason = isMissing ? `: ${needed.join(' or ')} is not set` : '';
    return [`settings: ${name} is set, and without effect${reason}`];
  });
