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
import { decodeJwt } from 'jose';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Principal } from '../../../contracts/principal.js';
import { type User, Users } from '../users/index.js';
import { UserInfoDto } from './dto/user-info.dto.js';
import { StructuredTokens } from './structured-tokens.js';

const BEARER = /^bearer +(\S+)$/i;

/** What OpenID Connect tells an application of its user: as much as the scopes of the token say. Who speaks for themselves is told all. */
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
    if (token === undefined || principal === undefined)
      throw new GatewayError('unauthorized', 'An access token is required.');
    const isGiven = principal.credential?.grant !== undefined || decodeJwt(token).client_id !== undefined;
    if (isGiven && !principal.scopes.includes('openid'))
      throw new GatewayError('insufficient_scope', 'The access token does not have the scope openid.');
    const user = await this.users.findById(principal.id);
    if (user === undefined && !isGiven) return toOwnInfo(principal);
    if (user === undefined || user.disabled || user.tenant !== principal.tenant)
      throw new GatewayError('unauthorized', 'The user of this token is gone.');
    return toUserInfo(user, isGiven ? principal.scopes : ALL);
  }
}

/** What is told to who speaks for themselves. */
const ALL = ['profile', 'email'];

/** Of somebody whom another service knows, as much as their token says. */
const toOwnInfo = ({ id, email }: Principal): UserInfoDto => ({
  sub: id,
  ...(email !== undefined && { email }),
});

const toUserInfo = (user: User, scopes: readonly string[]): UserInfoDto => ({
  sub: user.id,
  ...(scopes.includes('profile') && user.name !== undefined && { name: user.name }),
  ...(scopes.includes('email') && { email: user.email, email_verified: user.emailVerified }),
});
