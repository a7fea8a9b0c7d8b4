import { ApiProperty } from '@nestjs/swagger';

export class StreamStatsDto {
  @ApiProperty({ description: 'Key of the agent; `all` for every stream together.' })
  agent!: string;

  @ApiProperty({ description: 'Streams since the gateway started.' })
  totalStreams!: number;

  @ApiProperty({ description: 'Streams that run.' })
  activeStreams!: number;

  @ApiProperty({ description: 'Streams whose answer came to its end.' })
  completedStreams!: number;

  @ApiProperty({
    description:
      'Streams that ended for want of an answer or of time. Those that their callers ended are neither.',
  })
  failedStreams!: number;

  @ApiProperty({ description: 'Share of streams that did not fail, in percent.', example: '97.00%' })
  successRate!: string;

  @ApiProperty({ description: 'How long a stream that is over took on average.', example: '2500ms' })
  avgDuration!: string;
}
