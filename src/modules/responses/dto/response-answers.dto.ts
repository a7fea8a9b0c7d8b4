import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ResponseEchoDto } from './response-echo.dto.js';

const TYPES_OF_ITEMS =
  'Items of type `reasoning`, `message` and `function_call`, in the order in which they began.';

class InputTokensDetailsDto {
  @ApiProperty({ description: 'Tokens taken from the backend’s cache.' })
  cached_tokens!: number;

  @ApiProperty({ description: 'Always 0: no backend says what it wrote to its cache.' })
  cache_write_tokens!: number;
}

class OutputTokensDetailsDto {
  @ApiProperty({ description: 'Tokens spent on reasoning.' })
  reasoning_tokens!: number;
}

export class ResponseUsageDto {
  @ApiProperty({ description: 'Tokens of the input.' })
  input_tokens!: number;

  @ApiProperty({ description: 'What the input tokens consist of.', type: InputTokensDetailsDto })
  input_tokens_details!: InputTokensDetailsDto;

  @ApiProperty({ description: 'Tokens of the output.' })
  output_tokens!: number;

  @ApiProperty({ description: 'What the output tokens consist of.', type: OutputTokensDetailsDto })
  output_tokens_details!: OutputTokensDetailsDto;

  @ApiProperty({ description: 'Sum of both.' })
  total_tokens!: number;

  @ApiPropertyOptional({ description: 'There where the backend did not say all of it.', enum: [true] })
  estimated?: true;
}

class ResponseErrorDto {
  @ApiProperty({
    description: 'One of the protocol’s few codes.',
    enum: ['server_error', 'rate_limit_exceeded', 'invalid_prompt', 'context_length_exceeded'],
  })
  code!: string;

  @ApiProperty({ description: 'What went wrong, in words.' })
  message!: string;
}

class IncompleteDetailsDto {
  @ApiProperty({ description: 'Why it is incomplete.', enum: ['max_output_tokens', 'content_filter'] })
  reason!: string;
}

export class ResponseDto extends ResponseEchoDto {
  @ApiProperty({ description: 'Id to read, resume, cancel or delete it by; also in `X-Generation-ID`.' })
  id!: string;

  @ApiProperty({ description: 'Always `response`.', enum: ['response'] })
  object!: 'response';

  @ApiProperty({ description: 'Unix time in seconds at which it began.' })
  created_at!: number;

  @ApiProperty({
    description: 'Unix time in seconds at which it was complete.',
    type: Number,
    nullable: true,
  })
  completed_at!: number | null;

  @ApiProperty({
    description: 'Where it stands.',
    enum: ['in_progress', 'completed', 'incomplete', 'failed', 'cancelled'],
  })
  status!: string;

  @ApiProperty({ description: 'The model as the request named it.' })
  model!: string;

  @ApiProperty({ description: TYPES_OF_ITEMS, type: [Object] })
  output!: object[];

  @ApiProperty({ description: 'Why it failed, when it did.', type: ResponseErrorDto, nullable: true })
  error!: ResponseErrorDto | null;

  @ApiProperty({
    description: 'Why it is cut short, when it is.',
    type: IncompleteDetailsDto,
    nullable: true,
  })
  incomplete_details!: IncompleteDetailsDto | null;

  @ApiProperty({ description: 'Tokens used, once it has ended.', type: ResponseUsageDto, nullable: true })
  usage!: ResponseUsageDto | null;
}

export class DeletedResponseDto {
  @ApiProperty({ description: 'The response that is forgotten.' })
  id!: string;

  @ApiProperty({ description: 'Always `response.deleted`.', enum: ['response.deleted'] })
  object!: 'response.deleted';

  @ApiProperty({ description: 'Always true.' })
  deleted!: true;
}

export class InputItemsDto {
  @ApiProperty({ description: 'Always `list`.', enum: ['list'] })
  object!: 'list';

  @ApiProperty({
    description: 'What stood before the response, with the items of earlier ones.',
    type: [Object],
  })
  data!: readonly object[];

  @ApiProperty({ description: 'Id of the first item here.', type: String, nullable: true })
  first_id!: string | null;

  @ApiProperty({ description: 'Id of the last item here.', type: String, nullable: true })
  last_id!: string | null;

  @ApiProperty({ description: 'Whether there are more behind it.' })
  has_more!: boolean;
}

export class InputTokensDto {
  @ApiProperty({ description: 'Always `response.input_tokens`.', enum: ['response.input_tokens'] })
  object!: 'response.input_tokens';

  @ApiProperty({ description: 'About how many tokens a model would read.' })
  input_tokens!: number;
}
