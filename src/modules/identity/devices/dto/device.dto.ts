import { ApiProperty } from '@nestjs/swagger';
import { DEVICE_TYPES, type DeviceType } from '../device.js';

export class DeviceDto {
  @ApiProperty({ description: 'Its id, by which it also names its key.', format: 'uuid' })
  id!: string;

  @ApiProperty({ description: 'By which its user knows it.' })
  name!: string;

  @ApiProperty({ description: 'What kind of device it is.', enum: DEVICE_TYPES })
  type!: DeviceType;

  @ApiProperty({ description: 'Its system.', type: String, nullable: true })
  platform!: string | null;

  @ApiProperty({ description: 'What it is called by its maker.', type: String, nullable: true })
  model!: string | null;

  @ApiProperty({ description: 'The version of the program on it.', type: String, nullable: true })
  app_version!: string | null;

  @ApiProperty({ description: 'Its public key, base64url of 32 bytes.' })
  public_key!: string;

  @ApiProperty({ description: 'Whether the request comes from it.' })
  current!: boolean;

  @ApiProperty({ description: 'Since when it is known.', format: 'date-time' })
  created_at!: string;

  @ApiProperty({
    description: 'When its key was exchanged last.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  rotated_at!: string | null;

  @ApiProperty({
    description: 'When it has signed a request last, to the minute.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  last_seen_at!: string | null;
}

export class DeviceListDto {
  @ApiProperty({ description: 'What this is.', enum: ['list'] })
  object!: string;

  @ApiProperty({ description: 'The devices, the newest first.', type: [DeviceDto] })
  data!: DeviceDto[];
}

export class PairingDto {
  @ApiProperty({ description: 'The pairing.', format: 'uuid' })
  pairing_id!: string;

  @ApiProperty({ description: 'What the new device has to know. It is shown this once.' })
  code!: string;

  @ApiProperty({ description: 'What the picture says, with the address of the gateway.' })
  uri!: string;

  @ApiProperty({ description: 'The picture, a QR code as SVG.' })
  qr!: string;

  @ApiProperty({ description: 'Seconds for which the code is good.', type: 'integer' })
  expires_in!: number;
}
