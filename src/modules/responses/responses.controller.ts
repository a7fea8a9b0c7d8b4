import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '../../common/errors/gateway.error.js';
import { Caller } from '../../common/http/caller.decorator.js';
import type { Principal } from '../../contracts/principal.js';
import { ApiCreatedResponse } from './dto/api-response.js';
import { CreateResponseDto } from './dto/create-response.dto.js';
import { InputTokensDto } from './dto/response-answers.dto.js';
import { ResponseInputDto } from './dto/response-input.dto.js';
import { ResponsesService } from './responses.service.js';

@ApiTags('responses')
@Controller()
export class ResponsesController {
  constructor(@Inject(ResponsesService) private readonly responses: ResponsesService) {}

  @Post('v1/responses')
  @HttpCode(200)
  @ApiCreatedResponse('A response, whole, streamed or in the background')
  create(
    @Body() dto: CreateResponseDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.responses.create(dto, { request, reply }, { enterprise: true });
  }

  @Post('api/v1/responses')
  @HttpCode(200)
  @ApiCreatedResponse('A response, whole, streamed or in the background; the model may be left out')
  createWithDefaults(
    @Body() dto: CreateResponseDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.responses.create(dto, { request, reply }, { modelOptional: true });
  }

  @Post(['v1/responses/input_tokens', 'api/v1/responses/input_tokens'])
  @HttpCode(200)
  @ApiOperation({ summary: 'About how many tokens an input has' })
  @ApiOkResponse({ type: InputTokensDto })
  countInput(@Body() dto: ResponseInputDto, @Caller() caller: Principal): Promise<InputTokensDto> {
    return this.responses.countInput(dto, caller);
  }

  @Post(['v1/responses/compact', 'api/v1/responses/compact'])
  @ApiOperation({ summary: 'Not done here: always refused with `unsupported_parameter`' })
  compact(): never {
    throw new GatewayError('unsupported_parameter', 'Conversations are not compacted here.', {
      param: 'compact',
    });
  }
}
