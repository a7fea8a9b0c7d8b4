import { Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiConflictResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller } from '../../common/http/caller.decorator.js';
import type { Principal } from '../../contracts/principal.js';
import { CancelledGenerationDto, GenerationStatusDto } from './dto/generation-status.dto.js';
import { GenerationControl } from './generation-control.js';

const ID = { name: 'id', description: 'Id of the generation, as `X-Generation-ID` says it.' };

@ApiTags('generations')
@Controller('v1/generations')
export class GenerationsController {
  constructor(@Inject(GenerationControl) private readonly control: GenerationControl) {}

  @Get(':id')
  @ApiOperation({ summary: 'Where a generation stands, on whichever replica' })
  @ApiParam(ID)
  @ApiOkResponse({ type: GenerationStatusDto })
  get(@Param('id') id: string, @Caller() caller: Principal): Promise<GenerationStatusDto> {
    return this.control.status(id, caller);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Stops a running generation; its upstream connection is closed at once' })
  @ApiParam(ID)
  @ApiOkResponse({ type: CancelledGenerationDto })
  @ApiConflictResponse({ description: '`already_finished`' })
  async cancel(@Param('id') id: string, @Caller() caller: Principal): Promise<CancelledGenerationDto> {
    await this.control.cancel(id, caller);
    return { id, status: 'cancelled' };
  }
}
