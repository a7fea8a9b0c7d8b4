import { ApiProperty } from '@nestjs/swagger';
import { FunctionDefinitionDto } from '../../chat/index.js';

export class ResponseToolDto extends FunctionDefinitionDto {
  @ApiProperty({ description: 'Always `function`: there are no hosted tools.', enum: ['function'] })
  type!: 'function';
}
