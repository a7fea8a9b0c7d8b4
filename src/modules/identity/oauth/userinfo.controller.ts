import { Controller, Get, HttpCode, Inject, Post, Req } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiForbiddenResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { type User, Users } from '../users/index.js';
import { UserInfoDto } from './dto/user-info.dto.js';
import { StructuredTokens } from './structured-tokens.js';

const BEARER = /^bearer +(\S+)$/i;

/** What OpenID Connect tells an application of its user: as much as the scopes of the token say. */
@ApiTags('oauth')
@ApiBearerAuth()
@ApiUnauthorizedResponse({ description: '`unauthorized`' })
@ApiForbiddenResponse({ description: '`insufficient_scope`' })
@Controller('oauth/userinfo')
export class UserInfoController {
  constructor(
    @Inject(Users) private readonly users: Users,
    @Inject(StructuredTokens) private readonly tokens: StructuredTokens,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Tells who the user of an access token is' })
  @ApiOkResponse({ type: UserInfoDto })
  get(@Req() request: FastifyRequest): Promise<UserInfoDto> {
    return this.describe(request);
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'The same' })
  @ApiOkResponse({ type: UserInfoDto })
  post(@Req() request: FastifyRequest): Promise<UserInfoDto> {
    return this.describe(request);
  }

  private async describe({ headers }: FastifyRequest): Promise<UserInfoDto> {
    const token = BEARER.exec(headers.authorization ?? '')?.[1];
    const principal = token === undefined ? undefined : await this.tokens.read(token);
    if (principal === undefined) throw new GatewayError('unauthorized', 'An access token is required.');
    if (!principal.scopes.includes('openid'))
      throw new GatewayError('insufficient_scope', 'The access token does not have the scope openid.');
    const user = await this.users.findById(principal.id);
    if (user === undefined || user.disabled || user.tenant !== principal.tenant)
      throw new GatewayError('unauthorized', 'The user of this token is gone.');
    return toUserInfo(user, principal.scopes);
  }
}

const toUserInfo = (user: User, scopes: readonly string[]): UserInfoDto => ({
  sub: user.id,
  ...(scopes.includes('profile') && user.name !== undefined && { name: user.name }),
  ...(scopes.includes('email') && { email: user.email, email_verified: user.emailVerified }),
});
