import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Histogram } from 'prom-client';
import { EventBus } from '../../contracts/business-events.js';
import type { OutcomeRecord } from '../../contracts/journal.js';
import { NANODOLLARS_PER_DOLLAR, PriceList } from '../limits/index.js';
import { MetricLabels } from './metric-labels.js';

/** Accounts for each generation once, when it has ended: nothing is done per token. */
@Injectable()
export class GenerationMetrics implements OnModuleInit {
  constructor(
    @Inject(EventBus) private readonly events: EventBus,
    @Inject(MetricLabels) private readonly labels: MetricLabels,
    @Inject(PriceList) private readonly prices: PriceList,
    @InjectMetric('citadel_agent_requests_total') private readonly agentRequests: Counter,
    @InjectMetric('citadel_first_token_seconds') private readonly firstTokens: Histogram,
    @InjectMetric('llm_calls_total') private readonly calls: Counter,
    @InjectMetric('llm_call_duration_seconds') private readonly durations: Histogram,
    @InjectMetric('llm_tokens_used_total') private readonly tokens: Counter,
    @InjectMetric('llm_cost_dollars_total') private readonly costs: Counter,
  ) {}

  onModuleInit(): void {
    this.events.on('generation-settled', (record) => this.settled(record));
  }

  private settled({
    begin,
    outcome,
    backend,
    backendModel,
    usage,
    cached,
    firstTokenMs,
    durationMs,
  }: OutcomeRecord): void {
    const model = this.labels.modelOf({ begin, backendModel });
    const agent = this.labels.agent(begin.agent);
    const { status } = outcome;
    this.agentRequests.inc({ agent_type: begin.profile, model });
    this.calls.inc({ model, agent, status });
    // No model ran for it.
    if (cached) return;
    this.durations.observe({ model, agent, status }, durationMs / 1000);
    if (firstTokenMs !== undefined) this.firstTokens.observe({ profile: begin.profile }, firstTokenMs / 1000);
    this.tokens.inc({ model, agent, type: 'prompt' }, usage.promptTokens ?? 0);
    this.tokens.inc({ model, agent, type: 'completion' }, usage.completionTokens ?? 0);
    if (backend === undefined || backendModel === undefined) return;
    const { promptTokens = 0, completionTokens = 0 } = usage;
    const cost = this.prices.costOf({ backend, model: backendModel }, promptTokens, completionTokens);
    // Of a model without a price no figure is better than a wrong one.
    if (cost !== undefined) this.costs.inc({ model, agent }, cost / NANODOLLARS_PER_DOLLAR);
  }
}
