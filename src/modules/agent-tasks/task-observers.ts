import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { GatewayError } from '../../common/errors/gateway.error.js';
import { overOwnShare } from '../../common/http/own-share.js';
import { principalOf } from '../../common/http/request-context.js';
import type { Exchange } from '../../common/http/exchange.js';
import { AppConfig } from '../../config/index.js';
import { EventBus } from '../../contracts/business-events.js';
import type { BeginRecord } from '../../contracts/journal.js';
import { DialectRegistry, ProfileRegistry } from '../agents/index.js';
import { wishesOf } from '../chat/index.js';
import { GenerationRegistry, isOwn, isTask, Replicas } from '../generation/index.js';
import { IdentityWatch } from '../identity/index.js';
import { TaskObserver } from './task-observer.js';

const MOST_OBSERVERS = 256;
const MOST_OF_ONE_CALLER = 64;

/** Clients that watch their own tasks without having asked for one on this connection. */
@Injectable()
export class TaskObservers implements OnModuleInit, BeforeApplicationShutdown {
  private readonly observers = new Set<TaskObserver>();

  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(EventBus) private readonly events: EventBus,
    @Inject(DialectRegistry) private readonly dialects: DialectRegistry,
    @Inject(ProfileRegistry) private readonly profiles: ProfileRegistry,
    @Inject(GenerationRegistry) private readonly registry: GenerationRegistry,
    @Inject(Replicas) private readonly replicas: Replicas,
    @Inject(IdentityWatch) private readonly watch: IdentityWatch,
  ) {}

  onModuleInit(): void {
    this.watch.watch({ all: this.observers });
    this.events.on('generation-began', (begin) => this.show(begin));
    this.replicas.onTask((id, owner) => {
      const watching = [...this.observers].filter(({ principal }) => isOwn(owner, principal));
      if (watching.length > 0) void this.showFromElsewhere(id, watching);
    });
  }

  beforeApplicationShutdown(): void {
    for (const observer of this.observers) observer.end();
  }

  /** How many clients watch. */
  get watching(): number {
    return this.observers.size;
  }

  /** Answers with the tasks that run for the caller, and with those that will. */
  observe({ request, reply }: Exchange): void {
    if (this.observers.size >= MOST_OBSERVERS) {
      throw new GatewayError('server_busy', 'As many streams are watched as may be.', { retryAfterS: 5 });
    }
    const principal = principalOf(request);
    const refusal = overOwnShare(principal, { most: MOST_OF_ONE_CALLER, held: this.observers });
    if (refusal !== undefined) throw refusal;
    const { dialect, profile } = wishesOf(request);
    const observer: TaskObserver = new TaskObserver({
      reply,
      principal,
      dialect: this.dialects.get(dialect ?? 'frames', 'chat'),
      profile: this.profiles.get(profile ?? 'generic'),
      frameText: this.config.streams.frameText,
      gone: () => this.observers.delete(observer),
    });
    this.observers.add(observer);
    for (const generation of this.registry.runningOf(principal))
      if (isTask(generation.begin)) observer.watch(generation);
    void this.showAllFromElsewhere(observer);
  }

  private show(begin: BeginRecord): void {
    if (!isTask(begin)) return;
    const own = this.registry.running(begin.id);
    if (own !== undefined) this.replicas.tellOfTask(begin.id, own.owner);
    for (const observer of this.observers) {
      const generation = this.registry.findRunning(begin.id, observer.principal);
      if (generation !== undefined) observer.watch(generation);
    }
  }

  /** While the other replicas cannot be asked, what runs there is not seen. */
  private async showAllFromElsewhere(observer: TaskObserver): Promise<void> {
    const ids = await this.replicas.tasksOf(observer.principal).catch(() => []);
    for (const id of ids) await this.showFromElsewhere(id, [observer]);
  }

  /** To observers all of whom may see it. */
  private async showFromElsewhere(id: string, [first, ...others]: readonly TaskObserver[]): Promise<void> {
    const found = await this.replicas.follow(id, first!.principal).catch(() => undefined);
    if (found === undefined || found === 'expired') return;
    for (const observer of [first!, ...others])
      if (this.observers.has(observer)) observer.watch(found.source);
  }
}
