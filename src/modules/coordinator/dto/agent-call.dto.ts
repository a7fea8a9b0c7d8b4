import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MinLength } from 'class-validator';
import { TRANSFORM_NAMES } from '../transforms.js';

export class CalledMethodDto {
  @ApiProperty({
    description: 'A method of that agent: `executeTask`, `execute`, `delegate`, or one that it declares.',
    example: 'executeTask',
  })
  @IsString()
  @MinLength(1)
  method!: string;
}

export class AgentCallDto extends CalledMethodDto {
  @ApiProperty({ description: 'Key of a configured agent.', example: 'mockAgent' })
  @IsString()
  @MinLength(1)
  agent!: string;
}

export class SequentialStepDto extends AgentCallDto {
  @ApiPropertyOptional({
    description: 'What is done with the answer before the next step gets it.',
    enum: TRANSFORM_NAMES,
    nullable: true,
  })
  @IsOptional()
  @IsString()
  @IsIn(TRANSFORM_NAMES)
  transform?: string | null;
}

/** The same by the name that hierarchies have for it. */
export class NamedAgentDto extends CalledMethodDto {
  @ApiProperty({ description: 'Key of a configured agent.', example: 'masterAgent' })
  @IsString()
  @MinLength(1)
  name!: string;
}
