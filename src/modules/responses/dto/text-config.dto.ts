import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';
import { Nested } from '../../../common/validation/nested.js';

const FORMATS = ['text', 'json_object', 'json_schema'] as const;

export class TextFormatDto {
  @ApiProperty({ description: 'Plain text, any JSON object, or one that follows a schema.', enum: FORMATS })
  @IsIn(FORMATS)
  type!: (typeof FORMATS)[number];

  @ApiPropertyOptional({ description: 'Of `json_schema`: its name.' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  name?: string;

  @ApiPropertyOptional({ description: 'Of `json_schema`: the JSON Schema.', type: Object })
  @IsOptional()
  @IsObject()
  schema?: Record<string, unknown>;

  @ApiPropertyOptional({ description: 'Of `json_schema`: what it is for. Has no effect.', type: String })
  @IsOptional()
  @IsString()
  description?: string | null;

  @ApiPropertyOptional({ description: 'Of `json_schema`: hold on to it exactly.', type: Boolean })
  @IsOptional()
  @IsBoolean()
  strict?: boolean | null;
}

export class TextConfigDto {
  @ApiPropertyOptional({ description: 'The form of the text.', type: TextFormatDto })
  @IsOptional()
  @IsObject()
  @Nested(TextFormatDto)
  format?: TextFormatDto | null;
}
