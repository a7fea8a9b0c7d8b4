import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';

const ERROR = 'Why it is unhealthy: a short code, and in words for callers from trusted networks.';

export class DatabaseNameDto {
  @ApiProperty({ description: 'Name of the database.', example: 'citadel_gateway' })
  database!: string;

  @ApiProperty({ description: 'User the gateway is there.', example: 'citadel' })
  user!: string;
}

export class ConnectionPoolDto {
  @ApiProperty({ description: 'Open connections.', example: 5 })
  size!: number;

  @ApiProperty({ description: 'Most connections there may be.', example: 10 })
  max_size!: number;
}

export class SqlDatabaseHealthDto {
  @ApiProperty({ description: 'How the database is.', enum: ['healthy', 'unhealthy'] })
  status!: string;

  @ApiPropertyOptional({ description: 'Which database it is. For callers from trusted networks.' })
  database?: DatabaseNameDto;

  @ApiPropertyOptional({ description: 'The connections to it. For callers from trusted networks.' })
  connection_pool?: ConnectionPoolDto;

  @ApiPropertyOptional({ description: ERROR, example: 'unavailable' })
  error?: string;
}

export class RedisHealthDto {
  @ApiProperty({
    description: 'How Redis is; `disabled` where none is configured.',
    enum: ['healthy', 'unhealthy', 'disabled'],
  })
  status!: string;

  @ApiPropertyOptional({ description: 'Its version. For callers from trusted networks.', example: '7.0.15' })
  redis_version?: string;

  @ApiPropertyOptional({
    description: 'Memory it uses. For callers from trusted networks.',
    example: '1.02M',
  })
  used_memory?: string;

  @ApiPropertyOptional({ description: 'Clients it has. For callers from trusted networks.', example: 3 })
  connected_clients?: number;

  @ApiPropertyOptional({ description: ERROR, example: 'unavailable' })
  error?: string;
}

export class BackendHealthDto {
  @ApiProperty({
    description: 'How the model server is; `simulated` while the simulator serves in its place.',
    enum: ['healthy', 'unhealthy', 'disabled', 'simulated'],
  })
  status!: string;

  @ApiPropertyOptional({ description: 'Its version. For callers from trusted networks.', example: '0.33.3' })
  version?: string;

  @ApiPropertyOptional({ description: ERROR, example: 'unavailable' })
  error?: string;
}

const TRUSTED = 'For callers from trusted networks.';

export class AuditHealthDto {
  @ApiProperty({
    description: 'Whether generations can be put on record; `disabled` where none are.',
    enum: ['healthy', 'unhealthy', 'disabled'],
  })
  status!: string;

  @ApiPropertyOptional({
    description: `What happens when they cannot: they are refused, or answered and counted as lost. ${TRUSTED}`,
    enum: ['required', 'best_effort'],
  })
  mode?: string;

  @ApiPropertyOptional({ description: `Records this process has written. ${TRUSTED}`, example: 1042 })
  written?: number;

  @ApiPropertyOptional({ description: `Records that wait for the database. ${TRUSTED}`, example: 0 })
  pending?: number;

  @ApiPropertyOptional({ description: `Seconds the oldest of them has waited. ${TRUSTED}`, example: 0 })
  lag_seconds?: number;

  @ApiPropertyOptional({ description: `Bytes of the files they wait in. ${TRUSTED}`, example: 4096 })
  spool_bytes?: number;

  @ApiPropertyOptional({ description: `Answers that are not on record. ${TRUSTED}`, example: 0 })
  lost?: number;

  @ApiPropertyOptional({ description: ERROR, example: 'unavailable' })
  error?: string;
}

@ApiExtraModels(BackendHealthDto)
export class ServicesDto {
  @ApiProperty({ description: 'The database that keeps conversations.' })
  sql_database!: SqlDatabaseHealthDto;

  @ApiProperty({ description: 'The shared cache.' })
  redis!: RedisHealthDto;

  @ApiProperty({ description: 'The Ollama server.' })
  ollama!: BackendHealthDto;

  @ApiProperty({ description: 'The record of generations.' })
  audit!: AuditHealthDto;

  @ApiProperty({
    description: 'All other model servers, by their configured names.',
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(BackendHealthDto) },
  })
  backends!: Record<string, BackendHealthDto>;
}
