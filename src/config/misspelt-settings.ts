import { ENV_KEYS, type ProcessEnv } from './env.js';
import { SECRET_KEYS } from './secrets.js';

const SETTINGS: ReadonlySet<string> = new Set([
  ...ENV_KEYS,
  ...SECRET_KEYS.flatMap((key) => [key, `${key}_FILE`]),
]);

/** Among shorter names a letter more or less is another word. */
const SHORTEST = 6;

/**
 * A line for each variable that is no setting, is used by nobody else, and differs from a setting by a single slip. What
 * is farther from all is somebody else's.
 */
export const findMisspelt = (processEnv: ProcessEnv, used: ReadonlySet<string>): string[] =>
  Object.entries(processEnv).flatMap(([name, value]) => {
    if (!value || name.length < SHORTEST || SETTINGS.has(name) || used.has(name)) return [];
    const meant = [...SETTINGS].find((setting) => isOneSlip(name, setting));
    return meant === undefined ? [] : [`settings: ${name} is none; ${meant} is`];
  });

/** Whether one letter is missing, too much, or another, or two have changed places. */
function isOneSlip(name: string, setting: string): boolean {
  let start = 0;
  while (start < name.length && name[start] === setting[start]) start += 1;
  let end = 0;
  while (end < Math.min(name.length, setting.length) - start && name.at(-1 - end) === setting.at(-1 - end))
    end += 1;
  const [left, right] = [name.slice(start, name.length - end), setting.slice(start, setting.length - end)];
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && left[0] === right[1] && left[1] === right[0] && right.length === 2;
}
