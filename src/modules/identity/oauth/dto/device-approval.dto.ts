import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class ApproveDeviceDto {
  @ApiProperty({ example: 'BCDF-GHJK', description: 'As the device shows it.' })
  user_code!: string;

  @ApiPropertyOptional({ default: true, description: 'Whether the device gets access.' })
  approve?: boolean;
}

export class DeviceDecisionDto {
  @ApiProperty({ description: 'What was decided.', enum: ['approved', 'denied'] })
  status!: 'approved' | 'denied';
}
