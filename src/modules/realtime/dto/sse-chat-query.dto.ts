import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { OnSourceGone } from '../../../common/validation/leaving.js';

export class SseChatQueryDto {
  @ApiProperty({ description: 'What the user says.', example: 'Hello' })
  @IsString()
  @MinLength(1)
  @MaxLength(8192)
  message!: string;

  @ApiPropertyOptional({ description: 'A name from `/v1/models`.', example: 'phi3' })
  @IsOptional()
  @IsString()
  model?: string;

  @ApiPropertyOptional({ description: 'The same.', example: 'phi3' })
  @IsOptional()
  @IsString()
  model_id?: string;

  @OnSourceGone()
  on_disconnect?: 'cancel' | 'continue';
}
