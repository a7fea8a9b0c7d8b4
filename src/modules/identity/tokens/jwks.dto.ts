import { ApiProperty } from '@nestjs/swagger';

export class JwksDto {
  @ApiProperty({
    description: 'The key that signs now, then those that only verify still.',
    type: 'array',
    items: { type: 'object' },
  })
  keys!: object[];
}
