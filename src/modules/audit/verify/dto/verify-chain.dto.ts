import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsInt, IsOptional, IsString, Max, MaxLength, Min, MinLength } from 'class-validator';
import { OnlyKnownFields } from '../../../../common/validation/only-known-fields.js';

@OnlyKnownFields()
export class VerifyChainDto {
  @ApiPropertyOptional({
    description: 'Whose chain; only the caller’s own can be asked for.',
    type: String,
    minLength: 1,
    maxLength: 255,
  })
  @IsOptional()
  @IsString()
  @MaxLength(255)
  @MinLength(1)
  tenant?: string | null;

  @ApiPropertyOptional({
    description: 'The first entry to be checked. The link of the one before it is then believed.',
    type: 'integer',
    minimum: 1,
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  from?: number | null;

  @ApiPropertyOptional({
    description: 'The last entry to be checked; without it the chain is checked to its end.',
    type: 'integer',
    minimum: 1,
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  to?: number | null;

  @ApiPropertyOptional({
    description: 'Whether conversations and messages are held against the entries, too.',
    type: Boolean,
    default: false,
  })
  @IsOptional()
  @IsBoolean()
  projection?: boolean | null;
}
