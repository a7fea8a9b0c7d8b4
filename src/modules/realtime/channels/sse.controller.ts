import { Body, Controller, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CreateChatCompletionDto } from '../../chat/index.js';
import { SseChatDto } from '../dto/sse-chat.dto.js';
import { SseChatQueryDto } from '../dto/sse-chat-query.dto.js';
import { readChat } from '../inbound/asked-by-message.js';
import { SseService } from './sse.service.js';

const EVENTS = 'text/event-stream';
const FULL = {
  description: 'There are as many connections as there may be; `Retry-After` says when to come back.',
};

/** Channels as server-sent events: each an event named by its `message_type`, with the envelope as data. */
@ApiTags('streaming')
@Controller('streaming/sse')
export class SseController {
  constructor(@Inject(SseService) private readonly service: SseService) {}

  @Get('metrics')
  @ApiOperation({ summary: 'A summary of the metrics about once a second, as `metrics_update` events' })
  @ApiProduces(EVENTS)
  @ApiOkResponse({ description: 'A stream of events.', type: String })
  @ApiServiceUnavailableResponse(FULL)
  metrics(@Res() reply: FastifyReply): void {
    this.service.open('metrics', reply);
  }

  @Get('status')
  @ApiOperation({ summary: 'How the gateway is, when it changes, as `status_update` events' })
  @ApiProduces(EVENTS)
  @ApiOkResponse({ description: 'A stream of events.', type: String })
  @ApiServiceUnavailableResponse(FULL)
  status(@Res() reply: FastifyReply): void {
    this.service.open('status', reply);
  }

  @Get('alerts')
  @ApiOperation({ summary: 'What is wrong, and when it is well again, as `alert` events' })
  @ApiProduces(EVENTS)
  @ApiOkResponse({ description: 'A stream of events.', type: String })
  @ApiServiceUnavailableResponse(FULL)
  alerts(@Res() reply: FastifyReply): void {
    this.service.open('alerts', reply);
  }

  @Get('chat')
  @ApiOperation({
    summary: 'An answer to one message, as `chat_completion` events, for event sources of browsers',
  })
  @ApiProduces(EVENTS)
  @ApiOkResponse({ description: 'A stream of events.', type: String })
  @ApiServiceUnavailableResponse(FULL)
  ask(
    @Query() { message, model, model_id: modelId, on_disconnect }: SseChatQueryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const dto = Object.assign(new CreateChatCompletionDto(), {
      model: model ?? modelId,
      messages: [{ role: 'user', content: message }],
      on_disconnect,
    });
    return this.service.chatOrGoOn(dto, { request, reply });
  }

  @Post('chat')
  @HttpCode(200)
  @ApiOperation({ summary: 'An answer to a conversation, as `chat_completion` events' })
  @ApiBody({ type: SseChatDto })
  @ApiProduces(EVENTS)
  @ApiOkResponse({ description: 'A stream of events.', type: String })
  @ApiServiceUnavailableResponse(FULL)
  chat(@Body() sent: object, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.service.chat(readChat(sent), { request, reply });
  }
}
