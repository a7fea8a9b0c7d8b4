import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import {
  ApiGoneResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GenerationStreams } from './generation-streams.js';

@ApiTags('generations')
@Controller('v1/generations')
export class GenerationStreamsController {
  constructor(@Inject(GenerationStreams) private readonly streams: GenerationStreams) {}

  @Get(':id/stream')
  @ApiOperation({
    summary: 'Reads a generation that runs or has ended, from its beginning or from where a stream was lost',
  })
  @ApiParam({ name: 'id', description: 'Id of the generation, as `X-Generation-ID` says it.' })
  @ApiQuery({
    name: 'starting_after',
    required: false,
    description: 'The last `seq` that arrived; what comes behind it is sent.',
    schema: { type: 'integer', minimum: 0 },
  })
  @ApiQuery({
    name: 'profile',
    required: false,
    description: 'Streaming profile; the one it was asked for with when left out.',
  })
  @ApiQuery({ name: 'dialect', required: false, description: 'Stream dialect; `openai` when left out.' })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: '`<generation>:<seq>` as the `id:` lines of every such stream say it.',
  })
  @ApiOkResponse({
    description: 'Server-sent events with `id:` lines.',
    content: { 'text/event-stream': { schema: { type: 'string' } } },
  })
  @ApiNoContentResponse({ description: 'Nothing comes behind `Last-Event-ID`.' })
  @ApiGoneResponse({ description: '`stream_expired`' })
  read(
    @Param('id') id: string,
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.streams.read(id, query, { request, reply });
  }
}
