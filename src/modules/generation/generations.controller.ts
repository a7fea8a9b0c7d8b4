import { Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller } from '../../common/http/caller.decorator.js';
import { GatewayError } from '../../common/errors/gateway.error.js';
import type { Principal } from '../../contracts/principal.js';
import { CancelledGenerationDto, GenerationStatusDto } from './dto/generation-status.dto.js';
import { GenerationRegistry } from './generation-registry.js';
import { toFinishedStatus, toRunningStatus } from './to-status.js';

@ApiTags('generations')
@Controller('v1/generations')
export class GenerationsController {
  constructor(@Inject(GenerationRegistry) private readonly registry: GenerationRegistry) {}

  @Get(':id')
  @ApiOperation({ summary: 'Where a generation stands' })
  @ApiOkResponse({ type: GenerationStatusDto })
  get(@Param('id') id: string, @Caller() caller: Principal): GenerationStatusDto {
    const running = this.registry.findRunning(id, caller);
    if (running !== undefined) return toRunningStatus(running);
    const finished = this.registry.findFinished(id, caller);
    if (finished !== undefined) return toFinishedStatus(finished);
    throw notFound(id);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Stops a running generation; its upstream connection is closed at once' })
  @ApiOkResponse({ type: CancelledGenerationDto })
  cancel(@Param('id') id: string, @Caller() caller: Principal): CancelledGenerationDto {
    const running = this.registry.findRunning(id, caller);
    if (running?.cancel('cancelled')) return { id, status: 'cancelled' };
    if (running === undefined && this.registry.findFinished(id, caller) === undefined) throw notFound(id);
    throw new GatewayError('already_finished', 'The generation has already ended.');
  }
}

const notFound = (id: string) =>
  new GatewayError('generation_not_found', `No generation '${id.slice(0, 100)}'.`, { param: 'id' });
