import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsObject, IsOptional, IsString, Matches, MaxLength } from 'class-validator';

export class ResponseToolDto {
  @ApiProperty({ description: 'Always `function`: there are no hosted tools.', enum: ['function'] })
  type!: 'function';

  @ApiProperty({ description: 'Name of the function.' })
  @IsString()
  @Matches(/^[\w.-]{1,64}$/, { message: 'name must be 1 to 64 letters, digits, dashes, dots or underscores' })
  name!: string;

  @ApiPropertyOptional({ description: 'What it does, for the model.', type: String })
  @IsOptional()
  @IsString()
  @MaxLength(65_536)
  description?: string | null;

  @ApiPropertyOptional({ description: 'JSON Schema of its arguments.', type: Object })
  @IsOptional()
  @IsObject()
  parameters?: Record<string, unknown> | null;

  @ApiPropertyOptional({ description: 'Ask the backend to hold on to the schema.', type: Boolean })
  @IsOptional()
  @IsBoolean()
  strict?: boolean | null;
}
