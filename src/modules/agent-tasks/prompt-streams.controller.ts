import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Caller } from '../../common/http/caller.decorator.js';
import { sayUnknownFields } from '../../common/validation/say-unknown-fields.js';
import type { Principal } from '../../contracts/principal.js';
import { ApiPromptStream } from './dto/api-task-stream.js';
import { PromptDto, PromptQueryDto } from './dto/prompt.dto.js';
import { StreamStatsDto } from './dto/stream-stats.dto.js';
import { PromptStreams } from './prompt-streams.js';
import { StreamStats } from './stream-stats.js';

@ApiTags('agent streams')
@Controller('api/stream')
export class PromptStreamsController {
  constructor(
    @Inject(PromptStreams) private readonly streams: PromptStreams,
    @Inject(StreamStats) private readonly stats: StreamStats,
  ) {}

  @Get('stats')
  @ApiOperation({ summary: 'How many streams the caller’s tenant had, and how they ended' })
  @ApiOkResponse({ type: StreamStatsDto })
  all(@Caller() caller: Principal): StreamStatsDto {
    return this.stats.ofAll(caller);
  }

  @Get('stats/:agent')
  @ApiOperation({ summary: 'The same of one agent' })
  @ApiParam({ name: 'agent', description: 'Key of a configured agent.' })
  @ApiOkResponse({ type: StreamStatsDto })
  of(@Param('agent') agent: string, @Caller() caller: Principal): StreamStatsDto {
    return this.stats.of(agent, caller);
  }

  @Get(':agent')
  @ApiPromptStream('An agent’s answer as named events, for event sources of browsers')
  open(
    @Param('agent') agent: string,
    @Query() query: PromptQueryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.streams.open(agent, query, { request, reply });
  }

  @Post(':agent')
  @HttpCode(200)
  @ApiPromptStream('The same, for prompts that do not fit into an address')
  stream(
    @Param('agent') agent: string,
    @Body() body: PromptDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sayUnknownFields(reply, body, PromptDto);
    return this.streams.stream(agent, body, { request, reply });
  }
}
