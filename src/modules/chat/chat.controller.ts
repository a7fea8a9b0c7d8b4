import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ChatService } from './chat.service.js';
import { ApiChatAnswer } from './dto/api-answers.js';
import { CreateChatCompletionDto } from './dto/create-chat-completion.dto.js';

@ApiTags('chat')
@Controller()
export class ChatController {
  constructor(@Inject(ChatService) private readonly chat: ChatService) {}

  @Post('v1/chat/completions')
  @HttpCode(200)
  @ApiChatAnswer('A chat completion, whole or streamed')
  create(
    @Body() dto: CreateChatCompletionDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.chat.answer({
      exchange: { request, reply },
      body: { kind: 'chat', dto },
      terms: { enterprise: true },
    });
  }

  @Post('api/v1/chat/completions')
  @HttpCode(200)
  @ApiChatAnswer('A chat completion, whole or streamed; the model may be left out')
  createWithDefaults(
    @Body() dto: CreateChatCompletionDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.chat.answer({
      exchange: { request, reply },
      body: { kind: 'chat', dto },
      terms: { modelOptional: true },
    });
  }
}
