import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AgentStreamService } from './agent-stream.service.js';
import { ChatService } from './chat.service.js';
import { ApiAgentStream, ApiAnyAgentStream } from './dto/api-answers.js';
import { CreateChatCompletionDto } from './dto/create-chat-completion.dto.js';
import { CreateCompletionDto } from './dto/create-completion.dto.js';

/** Streams for one kind of client each. They stream whether or not the body says so. */
@ApiTags('agent streams')
@Controller('v1')
export class AgentStreamsController {
  constructor(
    @Inject(ChatService) private readonly chat: ChatService,
    @Inject(AgentStreamService) private readonly agentStreams: AgentStreamService,
  ) {}

  @Post('voice/chat/completions')
  @HttpCode(200)
  @ApiAgentStream('For voice assistants: every token in a frame of its own, at once')
  voice(
    @Body() dto: CreateChatCompletionDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.chat.answer({
      exchange: { request, reply },
      body: { kind: 'chat', dto },
      terms: { alwaysStreams: true, profile: 'voice' },
    });
  }

  @Post('copilot/completions')
  @HttpCode(200)
  @ApiAgentStream('For code in editors: frames never cut indentation or fences')
  copilot(
    @Body() dto: CreateCompletionDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.chat.answer({
      exchange: { request, reply },
      body: { kind: 'completion', dto },
      terms: { alwaysStreams: true, profile: 'copilot' },
    });
  }

  @Post('gui/chat/completions')
  @HttpCode(200)
  @ApiAgentStream('For chat windows: up to ten tokens a frame, whole characters, mostly whole words')
  gui(
    @Body() dto: CreateChatCompletionDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.chat.answer({
      exchange: { request, reply },
      body: { kind: 'chat', dto },
      terms: { alwaysStreams: true, profile: 'gui' },
    });
  }

  @Post('agents/stream')
  @HttpCode(200)
  @ApiAnyAgentStream('For any agent type, named by `agent_type` or `type`; takes a chat or a completion body')
  agent(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.agentStreams.answer(body, { request, reply });
  }
}
