import { ApiProperty } from '@nestjs/swagger';

const CODE = { description: 'One of the codes of docs/errors.md.' };
const MESSAGE = { description: 'For people; it may be said otherwise tomorrow.' };

class OpenAiErrorDetailDto {
  @ApiProperty(MESSAGE)
  message!: string;

  @ApiProperty({ description: 'What kind of error it is.' })
  type!: string;

  @ApiProperty({ description: 'The field at fault.', nullable: true, type: String })
  param!: string | null;

  @ApiProperty(CODE)
  code!: string;
}

export class OpenAiErrorDto {
  @ApiProperty({ description: 'What is wrong.' })
  error!: OpenAiErrorDetailDto;
}

export class FlatErrorDto {
  @ApiProperty(CODE)
  error!: string;

  @ApiProperty(MESSAGE)
  message!: string;

  @ApiProperty({ description: 'The status of the answer.' })
  status_code!: number;
}

export class OAuthErrorDto {
  @ApiProperty({ description: 'A code of RFC 6749, 6750, 7591 or 8628, or one of docs/errors.md.' })
  error!: string;

  @ApiProperty(MESSAGE)
  error_description!: string;
}

export class OllamaErrorDto {
  @ApiProperty(MESSAGE)
  error!: string;
}
