import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MinLength } from 'class-validator';
import { OnSourceGone } from '../../../common/validation/leaving.js';

/** A task in a query, for event sources of browsers, which can only say GET. */
export class AgentTaskQueryDto {
  @ApiPropertyOptional({ description: 'Key of a configured agent; required with `task`.', type: String })
  @IsOptional()
  @IsString()
  @MinLength(1)
  agent_type?: string;

  @ApiPropertyOptional({
    description: 'What is to be done. Without it the stream shows the tasks of the caller that run.',
    type: String,
  })
  @IsOptional()
  @IsString()
  @MinLength(1)
  task?: string;

  @ApiPropertyOptional({ description: 'What the agent should know besides, a JSON object.', type: String })
  @IsOptional()
  @IsString()
  context?: string;

  @ApiPropertyOptional({ description: 'A name from `/v1/models`.', type: String })
  @IsOptional()
  @IsString()
  @MinLength(1)
  model?: string;

  @OnSourceGone()
  on_disconnect?: 'cancel' | 'continue';
}
