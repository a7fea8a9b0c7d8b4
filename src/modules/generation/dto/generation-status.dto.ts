import { ApiProperty } from '@nestjs/swagger';
import { UsageDto } from '../../../common/dto/usage.dto.js';

export class GenerationErrorDto {
  @ApiProperty({ description: 'What went wrong, in words.' })
  message!: string;

  @ApiProperty({ description: 'A code from the error catalogue.' })
  code!: string;
}

export class GenerationStatusDto {
  @ApiProperty({ description: 'The id the caller saw, such as `chatcmpl-…`.' })
  id!: string;

  @ApiProperty({
    description: 'Where it stands.',
    enum: ['running', 'finished', 'failed', 'cancelled', 'interrupted'],
  })
  status!: string;

  @ApiProperty({ description: 'The model as the caller named it.' })
  model!: string;

  @ApiProperty({ description: 'The agent it ran for.', type: String, nullable: true })
  agent!: string | null;

  @ApiProperty({ description: 'The streaming profile.' })
  profile!: string;

  @ApiProperty({ description: 'Unix time in seconds at which it began.' })
  created!: number;

  @ApiProperty({
    description: 'Tokens used, once it has ended; null where that is not known.',
    type: UsageDto,
    nullable: true,
  })
  usage!: UsageDto | null;

  @ApiProperty({
    description: 'Why the (first) answer ended, when it finished.',
    type: String,
    nullable: true,
  })
  finish_reason!: string | null;

  @ApiProperty({
    description: 'Why there is no complete answer, when there is none.',
    type: GenerationErrorDto,
    nullable: true,
  })
  error!: GenerationErrorDto | null;
}

export class CancelledGenerationDto {
  @ApiProperty({ description: 'The generation that was cancelled.' })
  id!: string;

  @ApiProperty({ description: 'Always `cancelled`.', enum: ['cancelled'] })
  status!: 'cancelled';
}
