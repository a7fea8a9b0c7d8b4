import { ApiProperty } from '@nestjs/swagger';
import { ConnectionCountsDto } from './streaming-status.dto.js';

export class ConnectionDto {
  @ApiProperty({ description: 'Made when it was opened.', format: 'uuid' })
  id!: string;

  @ApiProperty({ description: 'How it travels.', enum: ['websocket', 'socket.io'] })
  transport!: string;

  @ApiProperty({ description: 'Where it came in.', example: '/streaming/websocket' })
  path!: string;

  @ApiProperty({
    description: '`waiting` while it does not take what it is sent.',
    enum: ['open', 'waiting'],
  })
  state!: 'open' | 'waiting';

  @ApiProperty({ description: 'When it was opened, in UTC.', example: '2026-01-31T12:00:00.000Z' })
  opened_at!: string;

  @ApiProperty({ description: 'Seconds since either side said something.', example: 12.5 })
  idle_seconds!: number;

  @ApiProperty({ description: 'Answers it follows just now.', example: 1 })
  generations!: number;

  @ApiProperty({ description: 'Channels it listens to.', type: [String], example: ['metrics'] })
  channels!: string[];
}

export class StreamingConnectionsDto {
  @ApiProperty({ description: 'Open connections.' })
  active!: ConnectionCountsDto;

  @ApiProperty({ description: 'All that were ever opened.', example: 120 })
  total!: number;

  @ApiProperty({ description: 'Most that were open at once.', example: 14 })
  peak!: number;

  @ApiProperty({
    description:
      'Those of the caller that are open, for administrators those of their tenant; a hundred at most.',
    type: [ConnectionDto],
  })
  list!: ConnectionDto[];
}
