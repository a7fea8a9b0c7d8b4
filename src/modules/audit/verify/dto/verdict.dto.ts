import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PROBLEMS, type Problem } from '../verdict.js';

/** What was found; which fields are there depends on `ok`. */
export class VerdictDto {
  @ApiProperty({ description: 'Whether every entry that was checked is what was once recorded.' })
  ok!: boolean;

  @ApiProperty({ description: 'Whose chain it is.' })
  tenant!: string;

  @ApiPropertyOptional({ description: 'How many entries were checked, when all is right.' })
  entries?: number;

  @ApiPropertyOptional({ description: 'The first entry that was checked; 0 when there is none.' })
  first?: number;

  @ApiPropertyOptional({ description: 'The last entry that was checked; 0 when there is none.' })
  last?: number;

  @ApiPropertyOptional({ description: 'The link of the last entry, in base64.' })
  link?: string;

  @ApiPropertyOptional({ description: 'How many signed checkpoints agree with the chain.' })
  checkpoints?: number;

  @ApiPropertyOptional({
    description: 'The first entry that is wrong, or the first of those among which it is.',
  })
  seq?: number;

  @ApiPropertyOptional({ description: 'The last of the entries among which the wrong one is.' })
  through?: number;

  @ApiPropertyOptional({ description: 'What is wrong.', enum: PROBLEMS })
  problem?: Problem;

  @ApiPropertyOptional({ description: 'What is wrong, in words.' })
  detail?: string;

  @ApiPropertyOptional({ description: 'The conversation that is not what the entries say.' })
  conversation_id?: number;

  @ApiPropertyOptional({ description: 'How many entries had been found right before the wrong one.' })
  checked?: number;
}
