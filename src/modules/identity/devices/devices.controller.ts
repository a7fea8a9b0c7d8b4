import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { Caller } from '../../../common/http/caller.decorator.js';
import type { Principal } from '../../../contracts/principal.js';
import type { Device } from './device.js';
import { Devices } from './devices.service.js';
import { type DeviceDto, DeviceListDto, PairingDto } from './dto/device.dto.js';
import {
  AddedEmailDto,
  AddEmailDto,
  EmailListDto,
  VerifiedEmailDto,
  VerifyEmailDto,
} from './dto/email.dto.js';
import { RotatedKeyDto, RotateKeyDto } from './dto/rotate-key.dto.js';
import { Emails } from './emails.service.js';
import { KeyRotations } from './key-rotation.service.js';
import { Pairings } from './pairings.service.js';

@ApiTags('devices')
@Controller('api/v1/auth')
export class DevicesController {
  constructor(
    @Inject(Devices) private readonly devices: Devices,
    @Inject(KeyRotations) private readonly rotations: KeyRotations,
    @Inject(Pairings) private readonly pairings: Pairings,
    @Inject(Emails) private readonly emails: Emails,
  ) {}

  @Get('devices')
  @ApiOperation({ summary: 'Lists the devices of the caller' })
  @ApiOkResponse({ type: DeviceListDto })
  async list(@Caller() caller: Principal): Promise<DeviceListDto> {
    const devices = await this.devices.list(caller);
    return { object: 'list', data: devices.map((device) => toDto(device, caller)) };
  }

  @Delete('devices/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revokes a device; its tokens, API keys and connections end' })
  @ApiParam({ name: 'id', description: 'Id of the device.' })
  @ApiNoContentResponse({ description: 'It is revoked.' })
  revoke(@Param('id') id: string, @Caller() caller: Principal): Promise<void> {
    return this.devices.revoke(caller, id);
  }

  @Post('devices/pairings')
  @ApiOperation({ summary: 'Makes a QR code by which another device joins' })
  @ApiCreatedResponse({ type: PairingDto })
  async createPairing(@Caller() caller: Principal): Promise<PairingDto> {
    const { id, code, uri, svg, lifetimeS } = await this.pairings.create(caller);
    return { pairing_id: id, code, uri, qr: svg, expires_in: lifetimeS };
  }

  @Post('keypair/rotate')
  @HttpCode(200)
  @ApiOperation({ summary: 'Exchanges the key of a device; the old one is dead at once' })
  @ApiOkResponse({ type: RotatedKeyDto })
  async rotate(@Body() body: RotateKeyDto, @Caller() caller: Principal): Promise<RotatedKeyDto> {
    const { device_id, public_key: newKey, timestamp, signature, proof } = body;
    const asked = { device: device_id, newKey, timestamp, signature, proof };
    const rotated = await this.rotations.rotate(caller, asked);
    return {
      device_id: rotated.device,
      public_key: rotated.newKey.toString('base64url'),
      rotated_at: rotated.at.toISOString(),
    };
  }

  @Post('email/add')
  @HttpCode(202)
  @ApiOperation({ summary: 'Sends a code to a further address of the caller' })
  @ApiAcceptedResponse({ type: AddedEmailDto })
  async addEmail(@Body() { email }: AddEmailDto, @Caller() caller: Principal): Promise<AddedEmailDto> {
    return { email, verification: 'email', expires_in: await this.emails.add(caller, email) };
  }

  @Post('email/verify')
  @HttpCode(200)
  @ApiOperation({ summary: 'Adds the address by the code' })
  @ApiOkResponse({ type: VerifiedEmailDto })
  @ApiConflictResponse({ description: '`email_taken`' })
  async verifyEmail(@Body() body: VerifyEmailDto, @Caller() caller: Principal): Promise<VerifiedEmailDto> {
    await this.emails.verify(caller, body);
    return { email: body.email, verified: true };
  }

  @Get('emails')
  @ApiOperation({ summary: 'Lists the addresses of the caller, the primary one first' })
  @ApiOkResponse({ type: EmailListDto })
  async listEmails(@Caller() caller: Principal): Promise<EmailListDto> {
    return { object: 'list', data: await this.emails.list(caller) };
  }

  @Post('email/primary')
  @HttpCode(204)
  @ApiOperation({ summary: 'Makes an address of the caller the primary one' })
  @ApiNoContentResponse({ description: 'It is the primary one.' })
  @ApiNotFoundResponse({ description: '`not_found`' })
  makePrimary(@Body() { email }: AddEmailDto, @Caller() caller: Principal): Promise<void> {
    return this.emails.makePrimary(caller, email);
  }

  @Delete('emails/:email')
  @HttpCode(204)
  @ApiOperation({ summary: 'Takes an address from the caller; the primary one stays' })
  @ApiParam({ name: 'email', description: 'The address.' })
  @ApiNoContentResponse({ description: 'It is gone.' })
  removeEmail(@Param('email') email: string, @Caller() caller: Principal): Promise<void> {
    return this.emails.remove(caller, email);
  }
}

const toDto = (device: Device, caller: Principal): DeviceDto => ({
  id: device.id,
  name: device.name,
  type: device.type,
  platform: device.platform ?? null,
  model: device.model ?? null,
  app_version: device.appVersion ?? null,
  public_key: device.publicKey.toString('base64url'),
  current: device.id === caller.device,
  created_at: device.createdAt.toISOString(),
  rotated_at: device.rotatedAt?.toISOString() ?? null,
  last_seen_at: device.lastSeenAt?.toISOString() ?? null,
});
