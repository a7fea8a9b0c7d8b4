import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { StreamingConnectionsDto } from './dto/streaming-connections.dto.js';
import { StreamingMetricsDto } from './dto/streaming-metrics.dto.js';
import { StreamingStatusDto } from './dto/streaming-status.dto.js';
import { StreamingService } from './streaming.service.js';

@ApiTags('streaming')
@Controller('streaming')
export class StreamingController {
  constructor(@Inject(StreamingService) private readonly service: StreamingService) {}

  @Get('status')
  @ApiOperation({ summary: 'How the streaming API is, and what it offers' })
  @ApiOkResponse({ type: StreamingStatusDto })
  status(): StreamingStatusDto {
    return this.service.status();
  }

  @Get('connections')
  @ApiOperation({ summary: 'Who is connected' })
  @ApiOkResponse({ type: StreamingConnectionsDto })
  connections(): StreamingConnectionsDto {
    return this.service.connections();
  }

  @Get('metrics')
  @ApiOperation({ summary: 'How well messages are delivered' })
  @ApiOkResponse({ type: StreamingMetricsDto })
  metrics(): StreamingMetricsDto {
    return this.service.metrics();
  }
}
