import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { prometheusContentType, Registry } from 'prom-client';

// The path comes from the Prometheus module.
@ApiTags('observability')
@Controller()
export class MetricsController {
  constructor(@Inject(Registry) private readonly registry: Registry) {}

  @Get()
  @Header('content-type', prometheusContentType)
  @ApiOperation({ summary: 'All metrics, in the text form of Prometheus' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: 'Metric families with their help, type and samples.', type: String })
  metrics(): Promise<string> {
    return this.registry.metrics();
  }
}
