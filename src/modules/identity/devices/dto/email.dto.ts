import { ApiProperty } from '@nestjs/swagger';
import { TokenField } from './device-fields.js';

export class AddEmailDto {
  @TokenField('The address.', 254, 'ada@example.org')
  email!: string;
}

export class AddedEmailDto {
  @ApiProperty({ description: 'The address.' })
  email!: string;

  @ApiProperty({ description: 'Where the code has gone.', enum: ['email'] })
  verification!: string;

  @ApiProperty({ description: 'Seconds for which the code is good.', type: 'integer' })
  expires_in!: number;
}

export class VerifyEmailDto extends AddEmailDto {
  @TokenField('The code from the mail.', 16, '01234567')
  code!: string;
}

export class VerifiedEmailDto {
  @ApiProperty({ description: 'The address.' })
  email!: string;

  @ApiProperty({ description: 'That it belongs to the account now.' })
  verified!: boolean;
}

export class EmailDto {
  @ApiProperty({ description: 'The address.' })
  email!: string;

  @ApiProperty({ description: 'Whether it is the one that is shown and written to.' })
  primary!: boolean;

  @ApiProperty({ description: 'Whether the caller has shown to read it.' })
  verified!: boolean;
}

export class EmailListDto {
  @ApiProperty({ description: 'Always `list`.', enum: ['list'] })
  object!: 'list';

  @ApiProperty({ description: 'The primary one first.', type: [EmailDto] })
  data!: EmailDto[];
}
