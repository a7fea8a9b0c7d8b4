import type { AlertRule } from '../../../config/index.js';

/** What subscribers are told of a rule. */
export interface Alert {
  readonly name: string;
  readonly state: 'firing' | 'resolved';
  readonly severity: AlertRule['severity'];
  readonly signal: AlertRule['signal'];
  readonly value: number;
  readonly threshold: number;
  /** When it began to fire, in UTC. */
  readonly since: string;
}

/** One rule over time: it fires when its signal has been above its threshold for as long as it says. */
export class AlertRuleState {
  private aboveSince: number | undefined;
  private firingSince: number | undefined;
  private value = 0;

  constructor(readonly rule: AlertRule) {}

  /** What has changed, if anything. */
  update(value: number, now: number): Alert | undefined {
    this.value = value;
    if (value <= this.rule.above) {
      this.aboveSince = undefined;
      if (this.firingSince === undefined) return undefined;
      const resolved = this.say('resolved');
      this.firingSince = undefined;
      return resolved;
    }
    this.aboveSince ??= now;
    if (this.firingSince !== undefined || now - this.aboveSince < this.rule.forMs) return undefined;
    this.firingSince = now;
    return this.say('firing');
  }

  /** What somebody is told who comes now. */
  get firing(): Alert | undefined {
    return this.firingSince === undefined ? undefined : this.say('firing');
  }

  private say(state: Alert['state']): Alert {
    const { name, severity, signal, above: threshold } = this.rule;
    const since = new Date(this.firingSince!).toISOString();
    return { name, state, severity, signal, value: this.value, threshold, since };
  }
}
