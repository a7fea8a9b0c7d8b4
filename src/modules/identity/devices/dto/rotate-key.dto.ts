import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { must } from '../../../../common/validation/must.js';
import { LONGEST_KEY, LONGEST_PROOF, OptionalLineField, PUBLIC_KEY, TokenField } from './device-fields.js';

export class RotateKeyDto {
  @OptionalLineField('The device, where the credential is of none.', 36)
  device_id?: string;

  @TokenField(`The new key. ${PUBLIC_KEY}`, LONGEST_KEY)
  public_key!: string;

  @ApiProperty({ description: 'When the proof is signed, in seconds since 1970.', type: 'integer' })
  @IsInt()
  timestamp!: number;

  @TokenField('Signature of the old key over the proof `key-rotation`.', LONGEST_PROOF)
  signature!: string;

  @TokenField('Signature of the new key over the same.', LONGEST_PROOF)
  proof!: string;
}

export class RotatedKeyDto {
  @ApiProperty({ description: 'The device.', format: 'uuid' })
  device_id!: string;

  @ApiProperty({ description: 'Its key from now on, base64url of 32 bytes.' })
  public_key!: string;

  @ApiProperty({ description: 'When it was exchanged.', format: 'date-time' })
  rotated_at!: string;
}

const SCOPES = ['read', 'write'] as const;

export class CreateDeviceApiKeyDto {
  @OptionalLineField('By which it is known; the name of the device without, or `temporary`.', 100)
  name?: string;

  @ApiPropertyOptional({
    description: 'Seconds until it ends.',
    type: 'integer',
    minimum: 60,
    maximum: 86_400,
    default: 3600,
  })
  @IsOptional()
  @IsInt()
  @Min(60)
  @Max(86_400)
  expires_in?: number | null;

  @ApiPropertyOptional({
    description: 'What it is good for; all that the caller may without.',
    enum: SCOPES,
    isArray: true,
  })
  @IsOptional()
  @must(
    'be a list of read and write',
    (value) => Array.isArray(value) && value.length > 0 && value.length <= SCOPES.length,
  )
  @IsIn(SCOPES, { each: true })
  scopes?: string[] | null;
}

export class DeviceApiKeyDto {
  @ApiProperty({ description: 'Its id.' })
  id!: string;

  @ApiProperty({ description: 'The key. It is shown this once.' })
  api_key!: string;

  @ApiProperty({ description: 'How it begins, by which it is recognised.' })
  prefix!: string;

  @ApiProperty({ description: 'What it is good for.', example: 'read write' })
  scope!: string;

  @ApiProperty({ description: 'Seconds until it ends.', type: 'integer' })
  expires_in!: number;

  @ApiProperty({ description: 'When it ends.', format: 'date-time' })
  expires_at!: string;
}
