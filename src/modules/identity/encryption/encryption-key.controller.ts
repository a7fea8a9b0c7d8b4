import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { EncryptionKeyDto } from './encryption-key.dto.js';
import { EncryptionKey } from './encryption-key.js';

@ApiTags('identity')
@Controller('.well-known')
export class EncryptionKeyController {
  constructor(@Inject(EncryptionKey) private readonly key: EncryptionKey) {}

  @Get('citadel-encryption-key')
  // Bodies for a key that is gone cannot be read.
  @Header('cache-control', 'public, max-age=300')
  @ApiOperation({ summary: 'The public key that devices encrypt bodies for (RFC 8037)' })
  @ApiOkResponse({ type: EncryptionKeyDto })
  show(): EncryptionKeyDto {
    const { id, publicKey } = this.key;
    return { kid: id, kty: 'OKP', crv: 'X25519', x: publicKey.toString('base64url'), use: 'enc' };
  }
}
