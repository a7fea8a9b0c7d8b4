import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength, MinLength } from 'class-validator';

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

  @ApiPropertyOptional({
    description: 'What becomes of the answer when its reader leaves; without it, it goes on for 15 s.',
    enum: ['cancel', 'continue'],
  })
  @IsOptional()
  @IsIn(['cancel', 'continue'])
  on_disconnect?: 'cancel' | 'continue';
}
