import type { AlertRule } from './app-config.js';
import { decimal, name, oneOf } from './parser.js';
import { toMs } from './to-ms.js';
import type { YamlSection } from './yaml-section.js';

const SIGNAL = oneOf(
  'error_rate',
  'first_token_p95_seconds',
  'dependencies_down',
  'audit_pending',
  'audit_lag_seconds',
  'audit_spool_bytes',
);
const SEVERITY = oneOf('warning', 'critical');

export const toAlertRules = (yaml: YamlSection): readonly AlertRule[] =>
  yaml.list('alerts').map((rule) => ({
    name: rule.require('name', name),
    signal: rule.require('signal', SIGNAL),
    above: rule.require('above', decimal(0, Number.MAX_SAFE_INTEGER)),
    forMs: toMs(rule.read('for', decimal(0, 86_400)) ?? 0),
    severity: rule.read('severity', SEVERITY) ?? 'warning',
  }));
