import { ApiProperty } from '@nestjs/swagger';

export class EncryptionKeyDto {
  @ApiProperty({ description: 'The first eight bytes of the SHA-256 of the key, in hexadecimal digits.' })
  kid!: string;

  @ApiProperty({ description: 'The kind of key (RFC 8037).', enum: ['OKP'] })
  kty!: 'OKP';

  @ApiProperty({ description: 'The curve it is on.', enum: ['X25519'] })
  crv!: 'X25519';

  @ApiProperty({ description: 'The 32 bytes of the public key, in base64url.' })
  x!: string;

  @ApiProperty({ description: 'Keys are agreed on with it; it signs nothing.', enum: ['enc'] })
  use!: 'enc';
}
