import { ApiProperty } from '@nestjs/swagger';
import { IsString, MinLength } from 'class-validator';
import { TaskOptionsDto } from './task-options.dto.js';

/** A task for the agent that the path names. */
export class NamedTaskDto extends TaskOptionsDto {
  @ApiProperty({ description: 'What is to be done, in words.', example: 'Create roadmap' })
  @IsString()
  @MinLength(1)
  task!: string;
}

export class AgentTaskDto extends NamedTaskDto {
  @ApiProperty({
    description: 'Key of a configured agent, or the name of a streaming profile.',
    example: 'product_manager',
  })
  @IsString()
  @MinLength(1)
  agent_type!: string;
}
