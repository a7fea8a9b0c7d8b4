import { ApiProperty } from '@nestjs/swagger';

export class ModelDto {
  @ApiProperty({ description: 'Name to use as `model` in requests.', example: 'phi3' })
  id!: string;

  @ApiProperty({ description: 'Always `model`.', enum: ['model'] })
  object!: 'model';

  @ApiProperty({
    description: 'Unix time in seconds at which the model came to the gateway.',
    example: 1735689600,
  })
  created!: number;

  @ApiProperty({
    description: 'Who keeps the model: `citadel` for configured names, else the backend’s word.',
  })
  owned_by!: string;
}

export class ModelListDto {
  @ApiProperty({ description: 'Always `list`.', enum: ['list'] })
  object!: 'list';

  @ApiProperty({ description: 'Every model the caller can ask for.', type: [ModelDto] })
  data!: ModelDto[];
}
