import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ClientFormDto } from './client-form.dto.js';

export class DeviceCodeFormDto extends ClientFormDto {
  @ApiPropertyOptional({ description: 'What the device wants to do; all that its client may unless told.' })
  scope?: string;
}

export class DeviceCodeDto {
  @ApiProperty({ description: 'What the device asks `/oauth/device/token` with.' })
  device_code!: string;

  @ApiProperty({ example: 'BCDF-GHJK', description: 'What the user types.' })
  user_code!: string;

  @ApiProperty({ description: 'Where the user types it.' })
  verification_uri!: string;

  @ApiProperty({ description: 'The same with the code in its field already, as for a QR code.' })
  verification_uri_complete!: string;

  @ApiProperty({ description: 'Seconds until both codes end.' })
  expires_in!: number;

  @ApiProperty({ description: 'Seconds to wait between two questions.' })
  interval!: number;
}
