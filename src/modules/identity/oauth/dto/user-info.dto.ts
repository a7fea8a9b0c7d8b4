import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class UserInfoDto {
  @ApiProperty({ format: 'uuid' })
  sub!: string;

  @ApiPropertyOptional({ description: 'With the scope `profile`.' })
  name?: string;

  @ApiPropertyOptional({ description: 'With the scope `email`.' })
  email?: string;

  @ApiPropertyOptional({ description: 'With the scope `email`.' })
  email_verified?: boolean;
}
