import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { JWK } from 'jose';
import { JwksDto } from './jwks.dto.js';
import { KeyRing } from './key-ring.js';

@ApiTags('identity')
@Controller('.well-known')
export class JwksController {
  constructor(@Inject(KeyRing) private readonly ring: KeyRing) {}

  @Get('jwks.json')
  // A key is there long before it signs, and after.
  @Header('cache-control', 'public, max-age=300')
  @ApiOperation({ summary: 'The public keys by which others know our tokens (RFC 7517)' })
  @ApiOkResponse({ type: JwksDto })
  keys(): { keys: JWK[] } {
    return { keys: this.ring.publicJwks() };
  }
}
