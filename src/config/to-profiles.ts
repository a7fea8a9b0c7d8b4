import type { ProfileSettings } from '../contracts/streaming-profile.js';
import { toRecord } from './model-names.js';
import { decimal, wholeNumber } from './parser.js';
import { toMs } from './to-ms.js';
import type { YamlSection } from './yaml-section.js';

/** What is set apart from the defaults that each profile brings along. */
export function toProfiles(config: YamlSection): Readonly<Record<string, Partial<ProfileSettings>>> {
  return toRecord(config.keys().map((key) => [key, toSettings(config.section(key))] as const));
}

function toSettings(section: YamlSection): Partial<ProfileSettings> {
  const timeoutS = section.read('timeout', decimal(1, 600));
  const settings = {
    chunkSize: section.read('chunk_size', wholeNumber(1, 100)),
    timeoutMs: timeoutS === undefined ? undefined : toMs(timeoutS),
    bufferSize: section.read('buffer_size', wholeNumber(1, 5000)),
    flushMs: section.read('flush_ms', wholeNumber(0, 10_000)),
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
