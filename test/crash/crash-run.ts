import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway-process.js';
import type { SeededRandom } from '../support/seeded-random.js';
import { ask, type Transcript } from './transcript.js';

export interface CrashPlan {
  /** Of the gateway, by SIGKILL. */
  readonly kills: number;
  /** Requests at the same time. */
  readonly callers: number;
  /** Goes down and comes back while the gateway runs. */
  readonly breakDatabase?: () => Promise<void>;
}

/** How long the gateway lives between two deaths. */
const LIFE_MS = { least: 300, most: 1_800 };

/** Load on a gateway that is killed again and again, and everything its clients have seen. */
export class CrashRun {
  readonly transcripts: Transcript[] = [];
  private url: string | undefined;
  private gateway: GatewayProcess | undefined;
  private isOver = false;

  constructor(
    private readonly env: Record<string, string>,
    private readonly random: SeededRandom,
  ) {}

  /** Resolves with the address of a gateway that runs and has nothing left to write. */
  async play({ kills, callers, breakDatabase }: CrashPlan): Promise<string> {
    await this.start();
    const load = Array.from({ length: callers }, (_, caller) => this.call(caller));
    for (let kill = 0; kill < kills; kill++) {
      await pause(this.lifetime());
      if (breakDatabase && this.random.chance(0.5)) await breakDatabase();
      this.gateway?.kill('SIGKILL');
      this.url = undefined;
      await this.gateway?.exit();
      await this.start();
    }
    if (breakDatabase) await breakDatabase();
    await pause(this.lifetime());
    this.isOver = true;
    await Promise.all(load);
    await eventually(
      () => this.pending(),
      (pending) => pending === 0,
      { deadlineMs: 60_000 },
    );
    return this.url!;
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.gateway?.stop();
  }

  private async start(): Promise<void> {
    this.gateway = new GatewayProcess(this.env);
    this.url = await this.gateway.url();
  }

  private async call(caller: number): Promise<void> {
    for (let number = 0; !this.isOver; number++) {
      const { url } = this;
      if (url === undefined) await pause(5);
      else this.transcripts.push(await ask(url, `caller ${caller} asks ${number}`, this.random.chance(0.7)));
    }
  }

  private async pending(): Promise<number> {
    const response = await fetch(`${this.url}/metrics`);
    return Number((await response.text()).match(/^citadel_audit_pending (\d+)$/m)?.[1] ?? Number.NaN);
  }

  private lifetime(): number {
    return LIFE_MS.least + this.random.below(LIFE_MS.most - LIFE_MS.least);
  }
}
