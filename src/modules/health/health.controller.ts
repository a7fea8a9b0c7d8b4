import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Gatekeeper } from '../../common/http/gatekeeper.js';
import { GatewayError } from '../../common/errors/gateway.error.js';
import { TrustedNetworks } from '../../common/http/trusted-networks.js';
import { AppConfig } from '../../config/index.js';
import { asksStreamingApi, STREAMING_API } from './asks-streaming-api.js';
import { HealthDto, LivenessDto, ReadinessDto } from './dto/health.dto.js';
import { HealthService } from './health.service.js';

@ApiTags('observability')
@Controller()
export class HealthController {
  private readonly networks: TrustedNetworks;

  constructor(
    @Inject(HealthService) private readonly service: HealthService,
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(Gatekeeper) private readonly gatekeeper: Gatekeeper,
  ) {
    this.networks = new TrustedNetworks(config.http.trustedNetworks);
  }

  @Get('health')
  @ApiOperation({ summary: 'How the gateway and its parts are; 200 as long as it serves' })
  @ApiQuery({
    name: 'profile',
    required: false,
    enum: [STREAMING_API],
    description: 'Whose health is meant, where the port does not tell.',
  })
  @ApiOkResponse({ type: HealthDto })
  async health(@Req() request: FastifyRequest): Promise<HealthDto> {
    const inFull = this.networks.isTrusted(request.raw) || (await this.isAdmin(request));
    return this.service.health({
      asStreamingApi: asksStreamingApi(request, this.config.streaming.port),
      inFull,
    });
  }

  /** The route is for everybody, so that nobody has asked before. */
  private async isAdmin({ raw }: FastifyRequest): Promise<boolean> {
    const { authorization, 'x-api-key': key } = raw.headers;
    if (authorization === undefined && key === undefined) return false;
    return !((await this.gatekeeper.identify(raw, { policy: 'admin' })) instanceof GatewayError);
  }

  @Get('live')
  @ApiOperation({ summary: 'Whether the process answers at all' })
  @ApiOkResponse({ type: LivenessDto })
  live(): LivenessDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Whether the gateway can take work' })
  @ApiOkResponse({ type: ReadinessDto })
  @ApiServiceUnavailableResponse({ type: ReadinessDto, description: 'It cannot; `missing` says why.' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadinessDto> {
    const readiness = await this.service.readiness();
    if (readiness.status === 'unavailable') void reply.status(503);
    return readiness;
  }
}
