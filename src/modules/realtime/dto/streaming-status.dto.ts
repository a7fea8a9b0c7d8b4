import { ApiProperty } from '@nestjs/swagger';

export class CapabilitiesDto {
  @ApiProperty({ description: 'Chat below /streaming.' })
  chat!: boolean;

  @ApiProperty({ description: 'The channel of metrics.' })
  metrics!: boolean;

  @ApiProperty({ description: 'The channel of alerts.' })
  alerts!: boolean;

  @ApiProperty({ description: 'The channel of the status.' })
  status!: boolean;

  @ApiProperty({ description: 'WebSocket and Socket.IO connections.' })
  websocket!: boolean;

  @ApiProperty({ description: 'The routes below /streaming/sse.' })
  sse!: boolean;
}

export class StreamingLimitsDto {
  @ApiProperty({ description: 'WebSocket and Socket.IO connections together.', example: 1000 })
  websocket_connections!: number;

  @ApiProperty({ description: 'Connections to the routes below /streaming/sse.', example: 500 })
  sse_connections!: number;

  @ApiProperty({ description: 'Largest message of a client, in bytes.', example: 1_048_576 })
  message_bytes!: number;

  @ApiProperty({ description: 'Most messages of one client in a second.', example: 100 })
  messages_per_second!: number;
}

export class ConnectionCountsDto {
  @ApiProperty({ description: 'Open WebSocket and Socket.IO connections.', example: 3 })
  websocket!: number;

  @ApiProperty({ description: 'Open connections below /streaming/sse.', example: 1 })
  sse!: number;
}

export class StreamingStatusDto {
  @ApiProperty({ description: 'Who answers.', enum: ['streaming-api'] })
  service!: 'streaming-api';

  @ApiProperty({
    description: '`draining` from the moment the gateway is told to stop.',
    enum: ['running', 'draining'],
  })
  status!: 'running' | 'draining';

  @ApiProperty({ description: 'What is switched on.' })
  capabilities!: CapabilitiesDto;

  @ApiProperty({ description: 'How much of it there may be.' })
  limits!: StreamingLimitsDto;

  @ApiProperty({ description: 'How much of it there is.' })
  connections!: ConnectionCountsDto;

  @ApiProperty({
    description: 'Circuit breakers of the model servers.',
    type: 'object',
    additionalProperties: { type: 'string', enum: ['closed', 'open', 'half-open'] },
  })
  breakers!: Record<string, string>;
}
