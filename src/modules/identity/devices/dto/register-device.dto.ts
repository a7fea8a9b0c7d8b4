import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { DEVICE_TYPES, type DeviceType } from '../device.js';
import {
  LineField,
  LONGEST_KEY,
  LONGEST_PROOF,
  OptionalLineField,
  PUBLIC_KEY,
  TokenField,
} from './device-fields.js';

/** What a device says of itself. */
export class DescribedDeviceDto {
  @LineField('By which its user knows it.', 100)
  name!: string;

  @ApiProperty({ description: 'What kind of device it is.', enum: DEVICE_TYPES })
  @IsIn(DEVICE_TYPES)
  type!: DeviceType;

  @OptionalLineField('Its system, such as `ios`.', 50)
  platform?: string;

  @OptionalLineField('What it is called by its maker.', 100)
  model?: string;

  @OptionalLineField('The version of the program on it.', 50)
  app_version?: string;
}

export class RegisterDeviceDto extends DescribedDeviceDto {
  @TokenField('Where the code is sent.', 254, 'ada@example.org')
  email!: string;

  @TokenField(PUBLIC_KEY, LONGEST_KEY)
  public_key!: string;
}

export class RegisteredDeviceDto {
  @ApiProperty({ description: 'The device, once it is verified.', format: 'uuid' })
  device_id!: string;

  @ApiProperty({ description: 'What has to be signed together with the id and the key.' })
  challenge!: string;

  @ApiProperty({ description: 'Where the code has gone.', enum: ['email'] })
  verification!: string;

  @ApiProperty({ description: 'Seconds for which the code is good.', type: 'integer' })
  expires_in!: number;
}

export class VerifyDeviceDto {
  @TokenField('What the registration has given.', 36)
  device_id!: string;

  @TokenField('The code from the mail.', 16, '01234567')
  code!: string;

  @TokenField('Signature over the proof `device-verification`, in base64 or base64url.', LONGEST_PROOF)
  proof!: string;
}

export class PairDeviceDto extends DescribedDeviceDto {
  @TokenField('The code from the picture.', 64)
  code!: string;

  @TokenField(PUBLIC_KEY, LONGEST_KEY)
  public_key!: string;

  @TokenField('Signature over the proof `device-pairing`, in base64 or base64url.', LONGEST_PROOF)
  proof!: string;
}

/** RFC 6749, section 5.1, and the device. */
export class DeviceTokenDto {
  @ApiProperty({ description: 'The device.', format: 'uuid' })
  device_id!: string;

  @ApiProperty({ description: 'Bearer token, bound to the device.' })
  access_token!: string;

  @ApiProperty({ description: 'How the token is shown.', enum: ['Bearer'] })
  token_type!: string;

  @ApiProperty({ description: 'Seconds for which the token is good.', type: 'integer' })
  expires_in!: number;

  @ApiProperty({ description: 'What it is good for.', example: 'read write' })
  scope!: string;
}
