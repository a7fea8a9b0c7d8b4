import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { Caller } from '../../../common/http/caller.decorator.js';
import { isRedirectUri } from '../../../config/index.js';
import type { Principal } from '../../../contracts/principal.js';
import { ClientDirectory } from './clients/client-directory.js';
import { CLIENT_SCOPES } from './clients/oauth-client.js';
import {
  CreatedOAuthClientDto,
  CreateOAuthClientDto,
  OAuthClientListDto,
  toClientDto,
} from './dto/oauth-client.dto.js';

@ApiTags('oauth')
@Controller('api/v1/admin/oauth-clients')
export class ClientsController {
  constructor(@Inject(ClientDirectory) private readonly clients: ClientDirectory) {}

  @Get()
  @ApiOperation({ summary: 'Lists the OAuth clients of the tenant' })
  @ApiOkResponse({ type: OAuthClientListDto })
  async list(@Caller() { tenant }: Principal): Promise<OAuthClientListDto> {
    const found = await this.clients.list(tenant);
    return {
      object: 'list',
      data: found.map(({ client, isConfigured }) => toClientDto(client, isConfigured)),
    };
  }

  @Post()
  @ApiOperation({ summary: 'Makes an OAuth client; its secret is told this once' })
  @ApiCreatedResponse({ type: CreatedOAuthClientDto })
  async create(
    @Body() asked: CreateOAuthClientDto,
    @Caller() { tenant }: Principal,
  ): Promise<CreatedOAuthClientDto> {
    const { client, secret } = await this.clients.create({ tenant, ...toSettings(asked) });
    return { ...toClientDto(client, false), ...(secret === undefined ? {} : { secret }) };
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Deletes an OAuth client, and all that it was given' })
  @ApiParam({ name: 'id', description: 'Id of the client.' })
  @ApiNoContentResponse({ description: 'It is gone.' })
  delete(@Param('id') id: string, @Caller() { tenant }: Principal): Promise<void> {
    return this.clients.delete(tenant, id);
  }
}

function toSettings(asked: CreateOAuthClientDto) {
  const redirectUris = asked.redirect_uris ?? [];
  const grants = asked.grants ?? ['authorization_code', 'refresh_token'];
  const isPublic = asked.public ?? false;
  const wrong = redirectUris.find((uri) => !isRedirectUri(uri));
  if (wrong !== undefined)
    throw invalid(
      'redirect_uris',
      'redirect_uris must be https, http to this computer, or of an application.',
    );
  if (grants.includes('authorization_code') && redirectUris.length === 0)
    throw invalid('redirect_uris', 'redirect_uris is missing, and the client is to get codes.');
  if (isPublic && grants.includes('client_credentials'))
    throw invalid('grants', 'A public client has no credentials of its own.');
  const scopes = asked.scopes ?? [...CLIENT_SCOPES];
  return { name: asked.name, redirectUris, grants, isPublic, scopes, role: asked.role ?? 'user' };
}

const invalid = (param: string, message: string) => new GatewayError('invalid_value', message, { param });
