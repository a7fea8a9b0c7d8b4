import { ApiProperty } from '@nestjs/swagger';
import { MemoryDto } from './memory.dto.js';
import { ServicesDto } from './services.dto.js';

export class HealthDto {
  @ApiProperty({
    description:
      '`degraded` when a part is unhealthy or simulated; the streaming API says `healthy` while it serves.',
    enum: ['ok', 'degraded', 'healthy'],
  })
  status!: 'ok' | 'degraded' | 'healthy';

  @ApiProperty({ description: 'Who answers.', enum: ['citadel-gateway', 'streaming-api'] })
  service!: 'citadel-gateway' | 'streaming-api';

  @ApiProperty({ description: 'What the gateway works with, as it was a moment ago.' })
  services!: ServicesDto;

  @ApiProperty({ description: 'Whether WebSocket connections are taken.' })
  websocket_enabled!: boolean;

  @ApiProperty({ description: 'Whether answers can be streamed as server-sent events.' })
  sse_enabled!: boolean;

  @ApiProperty({ description: 'Memory of this process and of its machine.' })
  memory!: MemoryDto;

  @ApiProperty({ description: 'When this was said, in UTC.', example: '2026-01-31T12:00:00.000Z' })
  timestamp!: string;

  @ApiProperty({ description: 'Version of the gateway.', example: '0.1.0' })
  version!: string;

  @ApiProperty({ description: 'Seconds since the process began.', example: 3600.5 })
  uptime!: number;
}

export class LivenessDto {
  @ApiProperty({ description: 'Always the same: who can say it is alive.', enum: ['ok'] })
  status!: 'ok';
}

export class ReadinessDto {
  @ApiProperty({
    description: '`degraded` still serves; `unavailable` comes with status 503.',
    enum: ['ok', 'degraded', 'unavailable'],
  })
  status!: 'ok' | 'degraded' | 'unavailable';

  @ApiProperty({
    description: 'Parts the gateway does without just now.',
    example: ['redis'],
    isArray: true,
    type: String,
  })
  degraded!: string[];

  @ApiProperty({
    description: 'What keeps the gateway from its work, and why.',
    example: { gateway: 'it is shutting down' },
    type: 'object',
    additionalProperties: { type: 'string' },
  })
  missing!: Record<string, string>;
}
