import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiMetadata } from './dto/api-oauth.js';
import { OAuthServer } from './oauth-server.js';

/** Where what is, for programs. */
@ApiTags('oauth')
@Controller('.well-known')
export class DiscoveryController {
  constructor(@Inject(OAuthServer) private readonly server: OAuthServer) {}

  @Get('openid-configuration')
  @ApiOperation({ summary: 'The authorization server, as OpenID Connect describes it' })
  @ApiMetadata('OpenID Connect Discovery 1.0, section 3.')
  openid(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.server.answer(request, reply, { url: '/.well-known/openid-configuration' });
  }

  @Get('oauth-authorization-server')
  @ApiOperation({ summary: 'The same, as OAuth describes it (RFC 8414)' })
  @ApiMetadata('RFC 8414, section 2.')
  oauth(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.server.answer(request, reply, { url: '/.well-known/oauth-authorization-server' });
  }
}
