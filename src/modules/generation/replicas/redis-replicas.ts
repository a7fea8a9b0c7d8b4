import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Principal } from '../../../contracts/principal.js';
import type { GenerationStatusDto } from '../dto/generation-status.dto.js';
import { GenerationRegistry } from '../generation-registry.js';
import { isOwn } from '../is-own.js';
import { isTask } from '../is-task.js';
import { toFinishedStatus, toRunningStatus } from '../to-status.js';
import { LogFollowers, type Followed } from './log-followers.js';
import { LogMirror } from './log-mirror.js';
import { RemoteWatch } from './remote-watch.js';
import type { Answer, Owner, Question } from './replica-messages.js';
import { type Answers, ReplicaTalk, type ReplicaEars } from './replica-talk.js';
import { replicasUnknown } from './replicas-unknown.js';
import type { CancelAnswer, FoundLog, Replicas } from './replicas.js';

/** Other replicas on the same Redis: asked by messages, read by their mirrors. */
@Injectable()
export class RedisReplicas implements Replicas, ReplicaEars, OnModuleInit {
  private readonly watches = new Map<string, RemoteWatch>();
  /** Shows what is kept beside a log. */
  private companion: ((id: string) => Promise<void>) | undefined;
  private taskHearer: ((id: string, owner: Owner) => void) | undefined;

  constructor(
    @Inject(GenerationRegistry) private readonly registry: GenerationRegistry,
    @Inject(LogMirror) private readonly mirror: LogMirror,
    @Inject(LogFollowers) private readonly followers: LogFollowers,
    @Inject(ReplicaTalk) private readonly talk: ReplicaTalk,
  ) {}

  onModuleInit(): void {
    this.talk.ears = this;
    this.followers.watch = this.talk;
  }

  async follow(id: string, caller: Principal): Promise<FoundLog | 'expired' | undefined> {
    const said = await this.talk.ask({ ask: 'show', id, caller }, ({ shown }) => shown === true);
    const { answers } = said;
    const found = await this.open(id, caller);
    if (found === undefined) return answers.some(({ expired }) => expired) ? 'expired' : nobodyHas(said);
    if (!answers.some(({ shown }) => shown)) await this.breakOffDead(found);
    return { source: found.copy, profile: found.head.profile };
  }

  async cancel(id: string, caller: Principal): Promise<CancelAnswer> {
    const isKnown = ({ cancel }: Answer) => cancel !== undefined && cancel !== 'unknown';
    const said = await this.talk.ask({ ask: 'cancel', id, caller }, isKnown);
    const known = said.answers.find(isKnown)?.cancel;
    if (known !== undefined) return known;
    const found = await this.open(id, caller);
    if (found === undefined) return nobodyHas(said) ?? 'unknown';
    await this.breakOffDead(found);
    if (found.copy.ended) return 'finished';
    throw new GatewayError('server_busy', 'The replica that runs it does not answer just now.', {
      retryAfterS: 1,
    });
  }

  async status(id: string, caller: Principal): Promise<GenerationStatusDto | undefined> {
    const isKnown = ({ status }: Answer) => status !== undefined;
    const said = await this.talk.ask({ ask: 'status', id, caller }, isKnown);
    const known = said.answers.find(isKnown)?.status;
    if (known !== undefined) return known;
    const found = await this.open(id, caller);
    if (found === undefined) return nobodyHas(said);
    await this.breakOffDead(found);
    return toMirroredStatus(found);
  }

  async tasksOf(caller: Principal): Promise<readonly string[]> {
    const { answers } = await this.talk.ask({ ask: 'tasks', caller }, () => false);
    return answers.flatMap(({ tasks }) => tasks ?? []);
  }

  tellOfTask(id: string, owner: Owner): void {
    this.talk.sayTask(id, owner);
  }

  onShow(show: (id: string) => Promise<void>): void {
    this.companion = show;
  }

  onTask(hear: (id: string, owner: Owner) => void): void {
    this.taskHearer = hear;
  }

  task(id: string, owner: Owner): void {
    this.taskHearer?.(id, owner);
  }

  async answer(question: Question): Promise<Answer> {
    if (question.ask === 'pulse') return {};
    if (question.ask === 'tasks') return { tasks: this.runningTasksOf(question.caller) };
    const { ask, id, caller } = question;
    const running = this.registry.findRunning(id, caller);
    const finished = running === undefined ? this.registry.findFinished(id, caller) : undefined;
    switch (ask) {
      case 'cancel':
        if (running?.cancel('cancelled')) return { cancel: 'cancelled' };
        return { cancel: (running ?? finished) ? 'finished' : 'unknown' };
      case 'status':
        if (running !== undefined) return { status: toRunningStatus(running) };
        return finished === undefined ? {} : { status: toFinishedStatus(finished) };
      case 'show':
        if (running ?? finished) return { shown: await this.show(id) };
        return { shown: false, expired: this.registry.hasExpired(id, caller) };
    }
  }

  watching(id: string): void {
    const known = this.watches.get(id);
    if (known !== undefined) return known.renew();
    const generation = this.registry.running(id);
    if (generation === undefined || generation.ended) return;
    this.watches.set(id, new RemoteWatch(generation, () => this.watches.delete(id)));
  }

  private async show(id: string): Promise<boolean> {
    const [isShown] = await Promise.all([this.mirror.show(id), this.companion?.(id)]);
    return isShown;
  }

  private runningTasksOf(caller: Principal): string[] {
    const tasks = this.registry.runningOf(caller).filter(({ begin, ended }) => isTask(begin) && !ended);
    return tasks.map(({ id }) => id);
  }

  /** What its replica did not show is all there will be of it, if the replica is gone. */
  private async breakOffDead(found: Followed): Promise<void> {
    if (found.copy.ended) return;
    const isAlive = await this.talk.isAlive(found.head.replica).catch((error: unknown) => {
      throw replicasUnknown(error);
    });
    if (!isAlive) this.followers.breakOff(found);
  }

  private async open(id: string, caller: Principal): Promise<Followed | undefined> {
    const found = await this.followers.open(caller.tenant, id).catch((error: unknown) => {
      throw replicasUnknown(error);
    });
    return found !== undefined && isOwn(found.head.owner, caller) ? found : undefined;
  }
}

/** Undefined, once all who may have it have said that they do not. Throws `dependency_unavailable` before. */
function nobodyHas({ isWhole }: Answers): undefined {
  if (!isWhole) throw replicasUnknown(new Error('not everybody has heard and answered'));
}

/** Of a generation whose replica does not answer. */
function toMirroredStatus({ head: { head, owner, profile, backend }, copy }: Followed): GenerationStatusDto {
  const { releasedOutcome: outcome, usage, durationMs, log } = copy;
  const facts = { head, owner, profile, backend, usage, durationMs, count: log.count, log: '' };
  if (outcome === undefined) return toRunningStatus({ head, begin: { profile } });
  const status = toFinishedStatus({ ...facts, outcome });
  if (status.error?.code !== 'interrupted') return status;
  // Nobody is left who could say what it used.
  return { ...status, status: 'interrupted', usage: null };
}
