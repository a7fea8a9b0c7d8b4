import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class UserInfoDto {
  @ApiProperty({ description: 'The id of the user.', format: 'uuid' })
  sub!: string;

  @ApiPropertyOptional({ description: 'With the scope `profile`.' })
  name?: string;

  @ApiPropertyOptional({ description: 'With the scope `email`.' })
  email?: string;

  @ApiPropertyOptional({ description: 'With the scope `email`.' })
  email_verified?: boolean;
}
