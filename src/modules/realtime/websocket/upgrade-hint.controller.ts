import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { AppConfig } from '../../../config/index.js';

const HINT = { status: 426, description: 'Says that this path takes WebSocket connections.' };

/** What a plain GET of a WebSocket path is told (RFC 9110, section 15.5.22). */
@ApiTags('streaming')
@Controller()
export class UpgradeHintController {
  constructor(@Inject(AppConfig) private readonly config: AppConfig) {}

  @Get('streaming/websocket')
  @ApiOperation({ summary: 'WebSocket: channels, chat and agents in one envelope' })
  @ApiResponse(HINT)
  streaming(@Res({ passthrough: true }) reply: FastifyReply): never {
    return this.hint(reply, this.config.streaming.websocket.enabled);
  }

  @Get('streaming/websocket/chat')
  @ApiOperation({ summary: 'WebSocket: chat completions in envelopes' })
  @ApiResponse(HINT)
  chat(@Res({ passthrough: true }) reply: FastifyReply): never {
    const { websocket, channels } = this.config.streaming;
    return this.hint(reply, websocket.enabled && channels.chat);
  }

  @Get('ws/ai/stream')
  @ApiOperation({ summary: 'WebSocket: tasks for agents, answered in frames of tokens' })
  @ApiResponse(HINT)
  tasks(@Res({ passthrough: true }) reply: FastifyReply): never {
    return this.hint(reply, this.config.streaming.websocket.enabled);
  }

  private hint(reply: FastifyReply, isThere: boolean): never {
    if (!isThere) throw new GatewayError('not_found', 'Nothing is here.');
    void reply.header('upgrade', 'websocket').header('connection', 'Upgrade');
    throw new GatewayError('upgrade_required', 'This path takes WebSocket connections only.');
  }
}
