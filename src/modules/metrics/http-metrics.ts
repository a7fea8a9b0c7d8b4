import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Histogram } from 'prom-client';
import { onRequestEnd, type RequestEnd } from '../../infrastructure/logging/index.js';

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Counts and times every request. */
@Injectable()
export class HttpMetrics implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost<FastifyAdapter>,
    @InjectMetric('citadel_http_requests_total') private readonly requests: Counter,
    @InjectMetric('citadel_http_request_duration_seconds') private readonly durations: Histogram,
  ) {}

  onModuleInit(): void {
    onRequestEnd(this.host.httpAdapter.getInstance(), (end) => this.ended(end));
  }

  private ended({ method: asked, route: endpoint, status, durationMs }: RequestEnd): void {
    const method = METHODS.has(asked) ? asked : 'OTHER';
    this.requests.inc({ method, endpoint, status_code: String(status) });
    this.durations.observe({ method, endpoint }, durationMs / 1000);
  }
}
