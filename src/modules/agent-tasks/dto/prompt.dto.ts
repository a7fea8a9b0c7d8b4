import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MinLength } from 'class-validator';
import { OnSourceGone } from '../../../common/validation/leaving.js';
import { TaskOptionsDto } from './task-options.dto.js';

export class PromptDto extends TaskOptionsDto {
  @ApiProperty({ description: 'What the agent is asked.', example: 'Tell me about Egypt' })
  @IsString()
  @MinLength(1)
  prompt!: string;
}

export class PromptQueryDto {
  @ApiProperty({ description: 'What the agent is asked.', example: 'Tell me about Egypt' })
  @IsString()
  @MinLength(1)
  prompt!: string;

  @ApiPropertyOptional({ description: 'A name from `/v1/models`.', type: String })
  @IsOptional()
  @IsString()
  @MinLength(1)
  model?: string;

  @ApiPropertyOptional({
    description: '`1`: every piece of the model is also an event `token` of its own.',
    enum: ['0', '1'],
  })
  @IsOptional()
  @IsIn(['0', '1'])
  tokens?: string;

  @OnSourceGone()
  on_disconnect?: 'cancel' | 'continue';
}
