import { ApiProperty } from '@nestjs/swagger';

export class TransportFiguresDto {
  @ApiProperty({ description: 'Open connections.', example: 3 })
  connections!: number;

  @ApiProperty({ description: 'Messages that were to be sent.', example: 1042 })
  attempted!: number;

  @ApiProperty({ description: 'Those of them that left.', example: 1042 })
  delivered!: number;

  @ApiProperty({ description: 'Delivered of attempted, in percent; 100 without traffic.', example: 100 })
  performance!: number;
}

export class LatencyDto {
  @ApiProperty({ description: 'Half of the messages left within so many milliseconds.', example: 0.5 })
  p50!: number;

  @ApiProperty({ description: '95 of 100.', example: 1 })
  p95!: number;

  @ApiProperty({ description: '99 of 100.', example: 5 })
  p99!: number;
}

export class StreamingMetricsDto {
  @ApiProperty({ description: 'WebSocket and Socket.IO.' })
  websocket!: TransportFiguresDto;

  @ApiProperty({ description: 'The routes below /streaming/sse.' })
  sse!: TransportFiguresDto;

  @ApiProperty({ description: 'From writing a message to its leaving, in milliseconds.' })
  latency_ms!: LatencyDto;

  @ApiProperty({
    description: 'Percent of the closed connections that were closed, not lost; 100 while none was.',
    example: 100,
  })
  stability!: number;

  @ApiProperty({
    description: 'What went wrong, by reason.',
    type: 'object',
    additionalProperties: { type: 'number' },
    example: { too_large: 1 },
  })
  errors!: Record<string, number>;
}
