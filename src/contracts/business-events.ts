import type { BeginRecord, OutcomeRecord } from './journal.js';
import type { WorkflowStatus, WorkflowStrategy } from './workflow.js';

/** What happened that observers care about. One name per fact, one call site per name. */
export interface BusinessEvents {
  'generation-began': BeginRecord;
  'generation-settled': OutcomeRecord;
  'backend-attempt-ended': BackendAttemptEnded;
  'cache-used': CacheUsed;
  'workflow-settled': WorkflowSettled;
  'breaker-changed': { readonly backend: string; readonly state: 'closed' | 'open' | 'half-open' };
}

export interface BackendAttemptEnded {
  readonly backend: string;
  readonly backendKind: string;
  /** Model name at the backend, after aliases: bounded by configuration, not by callers. */
  readonly model: string;
  readonly endpoint: 'chat' | 'generate' | 'embed';
  readonly status: 'finished' | 'failed' | 'cancelled';
  readonly durationMs: number;
}

export interface CacheUsed {
  readonly operation: 'get' | 'set';
  readonly result: 'hit' | 'miss' | 'success' | 'error';
  readonly count: number;
}

export interface WorkflowSettled {
  readonly tenant: string;
  readonly strategy: WorkflowStrategy;
  readonly status: WorkflowStatus;
  readonly durationMs: number;
}

type Listener<Name extends keyof BusinessEvents> = (event: BusinessEvents[Name]) => void;

/** Tells observers, at once and in order of subscription. An observer that throws harms neither the others nor us. */
export class EventBus {
  private readonly listeners = new Map<keyof BusinessEvents, Listener<never>[]>();

  constructor(private readonly onListenerFailure: (error: unknown) => void = () => undefined) {}

  on<Name extends keyof BusinessEvents>(name: Name, listener: Listener<Name>): void {
    const known = this.listeners.get(name) ?? [];
    known.push(listener);
    this.listeners.set(name, known);
  }

  emit<Name extends keyof BusinessEvents>(name: Name, event: BusinessEvents[Name]): void {
    const known = this.listeners.get(name) as Listener<Name>[] | undefined;
    if (known === undefined) return;
    for (const listener of known) {
      try {
        listener(event);
      } catch (error) {
        this.onListenerFailure(error);
      }
    }
  }
}
