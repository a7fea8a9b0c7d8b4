import type { AuditConfig } from './app-config.js';
import { firstSet } from './first-set.js';
import { decimal, oneOf, text, wholeNumber } from './parser.js';
import type { Decision, Sources } from './sources.js';
import { toMs } from './to-ms.js';

const MODE = oneOf('required', 'best_effort', 'off');
const SPOOL_MAX_BYTES = 1024 ** 3;
const DAY_MS = 86_400_000;

/** What is put on record, and where it lies besides the database. */
export function toAuditConfig({ env, yaml }: Sources, dataDir: string): Decision<AuditConfig> {
  const audit = yaml.section('audit');
  const mode = firstSet<AuditConfig['mode']>(env.AUDIT_MODE, audit.read('mode', MODE), 'required');
  const directory = `${dataDir}/audit`;
  const days = firstSet(env.AUDIT_RETENTION_DAYS, audit.read('retention_days', decimal(0, 36_500)), 0);
  return {
    config: {
      mode,
      spoolDirectory: `${directory}/spool`,
      spoolMaxBytes: firstSet(
        env.AUDIT_SPOOL_MAX_BYTES,
        audit.read('spool_max_bytes', wholeNumber(1)),
        SPOOL_MAX_BYTES,
      ),
      signingKeyFile: firstSet(
        env.AUDIT_SIGNING_KEY_FILE,
        audit.read('signing_key_file', text),
        `${directory}/signing-key.pem`,
      ),
      checkpointDirectory: firstSet(
        env.AUDIT_CHECKPOINT_DIR,
        audit.read('checkpoint_dir', text),
        `${directory}/checkpoints`,
      ),
      checkpointEveryMs: toMs(
        firstSet(
          env.AUDIT_CHECKPOINT_INTERVAL_S,
          audit.read('checkpoint_interval', decimal(0.1, 86_400)),
          60,
        ),
      ),
      retentionMs: days === 0 ? undefined : days * DAY_MS,
    },
    choice: `audit: ${mode}, ${env.AUDIT_MODE === undefined ? 'AUDIT_MODE is not set' : 'from AUDIT_MODE'}`,
  };
}
