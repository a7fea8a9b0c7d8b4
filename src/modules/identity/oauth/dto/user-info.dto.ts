import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class UserInfoDto {
  @ApiProperty({ description: 'The id of the user.' })
  sub!: string;

  @ApiPropertyOptional({ description: 'With the scope `profile`, or for who asks without an application.' })
  name?: string;

  @ApiPropertyOptional({ description: 'With the scope `email`, or for who asks without an application.' })
  email?: string;

  @ApiPropertyOptional({ description: 'With the scope `email`, or for who asks without an application.' })
  email_verified?: boolean;
}
