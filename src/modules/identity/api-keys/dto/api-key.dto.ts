import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsISO8601,
  IsIn,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  MinLength,
} from 'class-validator';
import { OnlyKnownFields } from '../../../../common/validation/only-known-fields.js';

const SCOPES = ['read', 'write'];

@OnlyKnownFields()
export class CreateApiKeyDto {
  @ApiProperty({ description: 'What you call it.', minLength: 1, maxLength: 100, example: 'nightly reports' })
  @IsString()
  @MinLength(1)
  @MaxLength(100)
  @Matches(/^[^\u0000-\u001f\u007f]*$/, { message: 'name must not hold control characters' })
  name!: string;

  @ApiPropertyOptional({
    description: 'What it may do, which you must be allowed yourself; all that you are allowed by default.',
    enum: SCOPES,
    isArray: true,
  })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(SCOPES.length)
  @IsIn(SCOPES, { each: true })
  scopes?: string[] | null;

  @ApiPropertyOptional({
    description: 'When it stops to be good; never by default.',
    type: String,
    format: 'date-time',
    example: '2027-01-01T00:00:00Z',
  })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  @MaxLength(40)
  expires_at?: string | null;
}

export class ApiKeyDto {
  @ApiProperty({ description: 'By which it is revoked.', format: 'uuid' })
  id!: string;

  @ApiProperty({ description: 'What you call it.' })
  name!: string;

  @ApiProperty({ description: 'How it begins.', example: 'pk_live_4fR2xQ' })
  prefix!: string;

  @ApiProperty({ description: 'What it may do.', isArray: true, type: String })
  scopes!: readonly string[];

  @ApiProperty({ description: 'The device it belongs to.', type: String, nullable: true })
  device!: string | null;

  @ApiProperty({ description: 'When it was made.', format: 'date-time' })
  created_at!: string;

  @ApiProperty({
    description: 'When it stops to be good; null for never.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  expires_at!: string | null;

  @ApiProperty({
    description: 'When it was last used, within minutes; null for never.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  last_used_at!: string | null;
}

export class CreatedApiKeyDto extends ApiKeyDto {
  @ApiProperty({ description: 'The key itself, for `X-API-Key` or as a bearer. It is never shown again.' })
  key!: string;
}

export class ApiKeyListDto {
  @ApiProperty({ description: 'Your keys, the newest first.', type: [ApiKeyDto] })
  data!: ApiKeyDto[];
}
