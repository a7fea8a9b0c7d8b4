import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import {
  ApiBody,
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Caller } from '../../../common/http/caller.decorator.js';
import { TrustedNetworks } from '../../../common/http/trusted-networks.js';
import { AppConfig } from '../../../config/index.js';
import type { Principal } from '../../../contracts/principal.js';
import { callerAddress } from '../../../common/http/caller-address.js';
import { DeviceApiKeys } from './device-api-keys.js';
import type { DeviceToken } from './device-entry.js';
import { DeviceRegistration } from './device-registration.service.js';
import type { DeviceDescription } from './device.js';
import {
  type DescribedDeviceDto,
  DeviceTokenDto,
  PairDeviceDto,
  RegisterDeviceDto,
  RegisteredDeviceDto,
  VerifyDeviceDto,
} from './dto/register-device.dto.js';
import { CreateDeviceApiKeyDto, DeviceApiKeyDto } from './dto/rotate-key.dto.js';
import { Pairings } from './pairings.service.js';

@ApiTags('devices')
@Controller('oauth/device')
export class DeviceRegistrationController {
  private readonly networks: TrustedNetworks;

  constructor(
    @Inject(AppConfig) { http }: AppConfig,
    @Inject(DeviceRegistration) private readonly registration: DeviceRegistration,
    @Inject(Pairings) private readonly pairings: Pairings,
    @Inject(DeviceApiKeys) private readonly keys: DeviceApiKeys,
  ) {
    this.networks = new TrustedNetworks(http.trustedNetworks);
  }

  @Post('register')
  @HttpCode(202)
  @ApiOperation({ summary: 'Begins to register a device, and sends a code by mail' })
  @ApiAcceptedResponse({ type: RegisteredDeviceDto })
  async register(
    @Body() body: RegisterDeviceDto,
    @Req() request: FastifyRequest,
  ): Promise<RegisteredDeviceDto> {
    const { device, challenge, lifetimeS } = await this.registration.register(
      { email: body.email, publicKey: body.public_key, description: toDescription(body) },
      this.addressOf(request),
    );
    return { device_id: device, challenge, verification: 'email', expires_in: lifetimeS };
  }

  @Post('verify')
  @HttpCode(200)
  @ApiOperation({ summary: 'Registers the device by the code and a proof of its key' })
  @ApiOkResponse({ type: DeviceTokenDto })
  async verify(@Body() body: VerifyDeviceDto, @Req() request: FastifyRequest): Promise<DeviceTokenDto> {
    const { device_id: device, code, proof } = body;
    return toTokenDto(await this.registration.verify({ device, code, proof }, this.addressOf(request)));
  }

  @Post('pair')
  @HttpCode(200)
  @ApiOperation({ summary: 'Registers a device by the code of a pairing' })
  @ApiOkResponse({ type: DeviceTokenDto })
  async pair(@Body() body: PairDeviceDto, @Req() request: FastifyRequest): Promise<DeviceTokenDto> {
    const { code, public_key: publicKey, proof } = body;
    const description = toDescription(body);
    return toTokenDto(
      await this.pairings.pair({ code, publicKey, proof, description }, this.addressOf(request)),
    );
  }

  @Post('api-key')
  @ApiOperation({ summary: 'Makes an API key that ends soon, and with the device that asks for it' })
  @ApiBody({ type: CreateDeviceApiKeyDto, required: false })
  @ApiCreatedResponse({ type: DeviceApiKeyDto })
  async createApiKey(
    @Body() { name, expires_in: lifetimeS, scopes }: CreateDeviceApiKeyDto,
    @Caller() caller: Principal,
  ): Promise<DeviceApiKeyDto> {
    const made = await this.keys.create(caller, {
      name,
      lifetimeS: lifetimeS ?? undefined,
      scopes: scopes ?? undefined,
    });
    return {
      id: made.id,
      api_key: made.key,
      prefix: made.prefix,
      scope: made.scopes.join(' '),
      expires_in: made.lifetimeS,
      expires_at: made.expiresAt.toISOString(),
    };
  }

  private addressOf({ raw }: FastifyRequest): string {
    return callerAddress(raw, this.networks);
  }
}

const toDescription = ({
  name,
  type,
  platform,
  model,
  app_version: appVersion,
}: DescribedDeviceDto): DeviceDescription => ({ name, type, platform, model, appVersion });

const toTokenDto = ({ device, token, lifetimeS, scopes }: DeviceToken): DeviceTokenDto => ({
  device_id: device,
  access_token: token,
  token_type: 'Bearer',
  expires_in: lifetimeS,
  scope: scopes.join(' '),
});
