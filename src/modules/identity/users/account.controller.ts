import { Body, Controller, Get, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Caller } from '../../../common/http/caller.decorator.js';
import { TrustedNetworks } from '../../../common/http/trusted-networks.js';
import { AppConfig } from '../../../config/index.js';
import type { Principal } from '../../../contracts/principal.js';
import { Account } from './account.js';
import { callerAddress } from '../../../common/http/caller-address.js';
import { CallerDto, ChangePasswordDto } from './dto/user.dto.js';

@ApiTags('auth')
@Controller('api/v1/auth')
export class AccountController {
  private readonly networks: TrustedNetworks;

  constructor(
    @Inject(Account) private readonly account: Account,
    @Inject(AppConfig) { http }: AppConfig,
  ) {
    this.networks = new TrustedNetworks(http.trustedNetworks);
  }

  @Get('me')
  @ApiOperation({ summary: 'Tells who is asking' })
  @ApiOkResponse({ type: CallerDto })
  me(@Caller() caller: Principal): Promise<CallerDto> {
    return this.account.describe(caller);
  }

  @Post('password')
  @HttpCode(204)
  @ApiOperation({ summary: 'Changes the caller’s password, and logs them out everywhere' })
  @ApiNoContentResponse({ description: 'It is changed.' })
  changePassword(
    @Body() change: ChangePasswordDto,
    @Caller() caller: Principal,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    return this.account.changePassword(caller, change, callerAddress(request.raw, this.networks));
  }
}
