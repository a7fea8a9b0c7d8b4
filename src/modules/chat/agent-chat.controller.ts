import { Body, Controller, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ChatService } from './chat.service.js';
import { ApiChatAnswer } from './dto/api-answers.js';
import { CreateChatCompletionDto } from './dto/create-chat-completion.dto.js';

@ApiTags('agents')
@Controller('api/v1/agent')
export class AgentChatController {
  constructor(@Inject(ChatService) private readonly chat: ChatService) {}

  @Post(':agent_key/chat/completions')
  @HttpCode(200)
  @ApiParam({ name: 'agent_key', description: 'Key of a configured agent, such as `p8-sim`.' })
  @ApiChatAnswer('A chat completion by an agent, with its persona, model and profile')
  create(
    @Param('agent_key') agentKey: string,
    @Body() dto: CreateChatCompletionDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.chat.answer({
      exchange: { request, reply },
      body: { kind: 'chat', dto },
      terms: { agentKey, modelOptional: true },
    });
  }
}
