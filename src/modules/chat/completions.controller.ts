import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ChatService } from './chat.service.js';
import { ApiCompletionAnswer } from './dto/api-answers.js';
import { CreateCompletionDto } from './dto/create-completion.dto.js';

@ApiTags('completions')
@Controller()
export class CompletionsController {
  constructor(@Inject(ChatService) private readonly chat: ChatService) {}

  @Post('v1/completions')
  @HttpCode(200)
  @ApiCompletionAnswer('The completion of a prompt, whole or streamed')
  create(
    @Body() dto: CreateCompletionDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.chat.answer({
      exchange: { request, reply },
      body: { kind: 'completion', dto },
      terms: { enterprise: true },
    });
  }

  @Post('api/v1/completions')
  @HttpCode(200)
  @ApiCompletionAnswer('The completion of a prompt, whole or streamed; the model may be left out')
  createWithDefaults(
    @Body() dto: CreateCompletionDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.chat.answer({
      exchange: { request, reply },
      body: { kind: 'completion', dto },
      terms: { modelOptional: true },
    });
  }
}
