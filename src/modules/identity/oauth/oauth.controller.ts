import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { AppConfig } from '../../../config/index.js';
import { ClientRequests } from './client-requests.js';
import { isStorable, toForm } from './accept-forms.js';
import { OAuthServer } from './oauth-server.js';
import { DefaultScope } from './default-scope.js';
import { ApiAuthorization, ApiClientForm, ApiLogin, ApiPage } from './dto/api-oauth.js';
import { ClientMetadataDto, RegisteredClientDto } from './dto/client-metadata.dto.js';
import { IntrospectionDto, KnownTokenFormDto } from './dto/introspection.dto.js';
import { TokenDto, TokenFormDto } from './dto/token.dto.js';
import { sendErrorPage } from './pages/send-page.js';
import { TokenHolders } from './token-holders.js';

/** The endpoints of OAuth. Forms and JSON are taken alike. */
@ApiTags('oauth')
@Controller('oauth')
export class OAuthController {
  constructor(
    @Inject(OAuthServer) private readonly server: OAuthServer,
    @Inject(DefaultScope) private readonly scopes: DefaultScope,
    @Inject(ClientRequests) private readonly clients: ClientRequests,
    @Inject(TokenHolders) private readonly holders: TokenHolders,
    @Inject(AppConfig) private readonly config: AppConfig,
  ) {}

  @Get('authorize')
  @ApiOperation({ summary: 'Begins a login for an application: code with PKCE S256' })
  @ApiAuthorization()
  @ApiPage()
  async authorize(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    try {
      const asked = new URLSearchParams(queryOf(request));
      if (!isStorable(asked)) throw new GatewayError('invalid_request', 'A parameter contains U+0000.');
      const query = await this.scopes.putTo(asked);
      await this.server.answer(request, reply, { url: `/oauth/authorize?${query.toString()}` });
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      sendErrorPage(reply, error);
    }
  }

  @Get('authorize/:uid')
  @ApiOperation({ summary: 'Goes on with a login after its pages' })
  @ApiLogin()
  @ApiPage()
  resume(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { uid } = request.params as { uid: string };
    return this.server.answer(request, reply, { url: `/oauth/authorize/${encodeURIComponent(uid)}` });
  }

  @Post('token')
  @ApiOperation({ summary: 'Gives tokens for a code, a refresh token, a device code or the client itself' })
  @ApiClientForm(TokenFormDto)
  @ApiOkResponse({ type: TokenDto })
  token(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.clients.answer('/oauth/token', request, reply, toForm(request.body));
  }

  @Post('revoke')
  @ApiOperation({
    summary: 'Ends a token for its client or for who holds it (RFC 7009); 200 for unknown ones too',
  })
  @ApiClientForm(KnownTokenFormDto)
  @ApiOkResponse({ description: 'Nothing is said.' })
  async revoke(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const form = toForm(request.body);
    if (await this.holders.revoke(request, form))
      return void reply.code(200).header('cache-control', 'no-store').send('');
    await this.clients.answer('/oauth/revoke', request, reply, form);
  }

  @Post('introspect')
  @ApiOperation({ summary: 'Tells a client about a token, or the bearer of a token about it (RFC 7662)' })
  @ApiClientForm(KnownTokenFormDto)
  @ApiOkResponse({ type: IntrospectionDto })
  async introspect(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const form = toForm(request.body);
    const own = await this.holders.introspect(request, form);
    if (own !== undefined) return void reply.header('cache-control', 'no-store').send(own);
    await this.clients.answer('/oauth/introspect', request, reply, form);
  }

  @Post('register')
  @ApiOperation({ summary: 'Registers a client (RFC 7591), where OAUTH_REGISTRATION is on' })
  @ApiBody({ type: ClientMetadataDto })
  @ApiCreatedResponse({ type: RegisteredClientDto })
  @ApiNotFoundResponse({ description: 'Clients do not register themselves here.' })
  async register(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (!this.config.oauth.registration)
      throw new GatewayError('not_found', 'Clients do not register themselves here.');
    await this.server.answer(request, reply, { url: '/oauth/register', json: request.body });
  }
}

const queryOf = ({ raw: { url = '' } }: FastifyRequest): string =>
  url.slice(url.indexOf('?') + 1 || url.length);
