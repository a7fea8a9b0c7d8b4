import { ApiProperty } from '@nestjs/swagger';

export class EncryptionKeyDto {
  @ApiProperty({ description: 'The first eight bytes of the SHA-256 of the key, in hexadecimal digits.' })
  kid!: string;

  @ApiProperty({ enum: ['OKP'] })
  kty!: 'OKP';

  @ApiProperty({ enum: ['X25519'] })
  crv!: 'X25519';

  @ApiProperty({ description: 'The 32 bytes of the public key, in base64url.' })
  x!: string;

  @ApiProperty({ enum: ['enc'] })
  use!: 'enc';
}
