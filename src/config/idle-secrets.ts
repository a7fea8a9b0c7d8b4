import type { ProcessEnv } from './env.js';
import { SECRET_KEYS } from './secrets.js';

/** What has to be set too, for a secret to be of use. */
const NEEDED: Partial<Record<(typeof SECRET_KEYS)[number], string>> = { OPENAI_API_KEY: 'OPENAI_BASE_URL' };

/** A line for each secret that is set and that nothing has asked for. */
export const findIdleSecrets = (processEnv: ProcessEnv, sought: ReadonlySet<string>): string[] =>
  SECRET_KEYS.flatMap((key) => {
    const name = [key, `${key}_FILE`].find((each) => processEnv[each]?.trim());
    if (name === undefined || sought.has(key)) return [];
    const needed = NEEDED[key];
    const reason = needed === undefined || processEnv[needed]?.trim() ? '' : `: ${needed} is not set`;
    return [`settings: ${name} is set, and without effect${reason}`];
  });
