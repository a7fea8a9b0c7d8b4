import { ApiProperty } from '@nestjs/swagger';
import { TokenField } from './device-fields.js';

export class AddEmailDto {
  @TokenField('The address to add.', 254, 'ada@example.org')
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
