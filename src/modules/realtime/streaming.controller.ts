import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller } from '../../common/http/caller.decorator.js';
import type { Principal } from '../../contracts/principal.js';
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
  @ApiOperation({ summary: 'How many are connected, and which of them are the caller’s' })
  @ApiOkResponse({ type: StreamingConnectionsDto })
  connections(@Caller() caller: Principal): StreamingConnectionsDto {
    return this.service.connections(caller);
  }

  @Get('metrics')
  @ApiOperation({ summary: 'How well messages are delivered' })
  @ApiOkResponse({ type: StreamingMetricsDto })
  metrics(): StreamingMetricsDto {
    return this.service.metrics();
  }
}
