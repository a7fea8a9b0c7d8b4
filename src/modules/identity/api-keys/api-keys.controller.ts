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
import type { Principal } from '../../../contracts/principal.js';
import { ROUTE_SCOPES } from '../tokens/scopes.js';
import type { ApiKeyRow } from './api-key-rows.js';
import { ApiKeys } from './api-keys.service.js';
import { type ApiKeyDto, ApiKeyListDto, CreateApiKeyDto, CreatedApiKeyDto } from './dto/api-key.dto.js';

@ApiTags('identity')
@Controller('api/v1/auth/api-keys')
export class ApiKeysController {
  constructor(@Inject(ApiKeys) private readonly keys: ApiKeys) {}

  @Post()
  @ApiOperation({ summary: 'Makes an API key and shows it, this once' })
  @ApiCreatedResponse({ type: CreatedApiKeyDto })
  async create(@Body() body: CreateApiKeyDto, @Caller() owner: Principal): Promise<CreatedApiKeyDto> {
    // A key that got into wrong hands must not live on in another.
    if (owner.credential?.kind === 'api_key')
      throw new GatewayError('forbidden', 'An API key cannot make another one; sign in for that.');
    const scopes = body.scopes ?? ROUTE_SCOPES.filter((scope) => owner.scopes.includes(scope));
    const expiresAt = toExpiry(body.expires_at ?? undefined);
    const { key, ...made } = await this.keys.create({
      owner,
      name: body.name,
      scopes,
      ...(expiresAt !== undefined && { expiresAt }),
    });
    return {
      id: made.id,
      name: body.name,
      prefix: made.prefix,
      scopes,
      device: owner.device ?? null,
      created_at: made.createdAt.toISOString(),
      expires_at: expiresAt?.toISOString() ?? null,
      last_used_at: null,
      key,
    };
  }

  @Get()
  @ApiOperation({ summary: 'Lists your API keys' })
  @ApiOkResponse({ type: ApiKeyListDto })
  async list(@Caller() owner: Principal): Promise<ApiKeyListDto> {
    return { data: (await this.keys.list(owner)).map(toAnswer) };
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revokes an API key, at once and everywhere' })
  @ApiParam({ name: 'id', description: 'Id of the key.' })
  @ApiNoContentResponse({ description: 'It is good no more.' })
  revoke(@Param('id') id: string, @Caller() owner: Principal): Promise<void> {
    return this.keys.revoke(owner, id);
  }
}

function toExpiry(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const expiresAt = new Date(text);
  if (expiresAt.getTime() > Date.now()) return expiresAt;
  throw new GatewayError('invalid_value', 'expires_at must be a time to come.', { param: 'expires_at' });
}

const toAnswer = (row: ApiKeyRow): ApiKeyDto => ({
  id: row.id,
  name: row.name,
  prefix: row.prefix,
  scopes: row.scopes,
  device: row.device,
  created_at: row.created_at.toISOString(),
  expires_at: row.expires_at?.toISOString() ?? null,
  last_used_at: row.last_used_at?.toISOString() ?? null,
});
