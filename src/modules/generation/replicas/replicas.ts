import type { Principal } from '../../../contracts/principal.js';
import type { GenerationStatusDto } from '../dto/generation-status.dto.js';
import type { FollowedLog } from '../followed-log.js';
import type { Owner } from './replica-messages.js';

/** A log that can be read, and what else is known of it. */
export interface FoundLog {
  readonly source: FollowedLog;
  /** The profile it was asked for with. */
  readonly profile: string;
}

export type CancelAnswer = 'cancelled' | 'finished' | 'unknown';

/** The other processes that serve the same callers. Each method throws `dependency_unavailable` while they cannot be asked. */
export interface Replicas {
  /** The log of a generation that runs or ran on another replica, from its beginning, and as it grows. */
  follow(id: string, caller: Principal): Promise<FoundLog | 'expired' | undefined>;
  cancel(id: string, caller: Principal): Promise<CancelAnswer>;
  status(id: string, caller: Principal): Promise<GenerationStatusDto | undefined>;
  /** Ids of the caller's tasks that run on other replicas. */
  tasksOf(caller: Principal): Promise<readonly string[]>;
  /** Tells the others that a task has begun here. Those who do not hear it miss it. */
  tellOfTask(id: string, owner: Owner): void;
  /** Has a log that is shown to another replica accompanied by what is kept beside it. */
  onShow(show: (id: string) => Promise<void>): void;
  /** Calls when a task has begun on another replica. */
  onTask(hear: (id: string, owner: Owner) => void): void;
}

export const Replicas = Symbol('Replicas');

/** There are no others. */
export class NoReplicas implements Replicas {
  follow(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  cancel(): Promise<CancelAnswer> {
    return Promise.resolve('unknown');
  }

  status(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  tasksOf(): Promise<[]> {
    return Promise.resolve([]);
  }

  tellOfTask(): void {}

  onShow(): void {}

  onTask(): void {}
}
