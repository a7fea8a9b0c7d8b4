import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { OwnTool } from './response-tool.dto.js';

export class EchoedToolDto {
  @ApiProperty({
    description: 'Which kind of tool.',
    enum: ['function', 'custom', 'namespace', 'tool_search'],
  })
  type!: OwnTool['type'];

  @ApiPropertyOptional({ description: 'Name of the tool.' })
  name?: string;

  @ApiProperty({ description: 'What it does.', type: String, nullable: true })
  description!: string | null;

  @ApiPropertyOptional({
    description: 'Of a function: JSON Schema of its arguments.',
    type: Object,
    nullable: true,
  })
  parameters?: object | null;

  @ApiPropertyOptional({
    description: 'Of a function: whether the backend holds on to it.',
    type: Boolean,
    nullable: true,
  })
  strict?: boolean | null;

  @ApiPropertyOptional({ description: 'Of a search for tools: who searches.', enum: ['client'] })
  execution?: 'client';

  @ApiPropertyOptional({ description: 'Of a custom tool: the form of its input.', type: Object })
  format?: object;

  @ApiPropertyOptional({ description: 'Of a namespace: its functions and custom tools.', type: [Object] })
  tools?: object[];
}

class EchoedReasoningDto {
  @ApiProperty({ description: 'How much the model should think.', type: String, nullable: true })
  effort!: string | null;

  @ApiProperty({ description: 'As it was asked for.', type: String, nullable: true })
  summary!: string | null;
}

class EchoedTextDto {
  @ApiProperty({ description: 'The form of the text.', type: Object })
  format!: object;
}

/** What a response repeats of its request, with what stood in for what was not said. */
export class ResponseEchoDto {
  @ApiProperty({ description: 'Whether it goes on without the caller.' })
  background!: boolean;

  @ApiProperty({ description: 'What stood before the input.', type: String, nullable: true })
  instructions!: string | null;

  @ApiProperty({ description: 'Most tokens it may have.', type: Number, nullable: true })
  max_output_tokens!: number | null;

  @ApiProperty({ description: 'Of hosted tools, of which there are none.', type: Number, nullable: true })
  max_tool_calls!: number | null;

  @ApiProperty({
    description: 'Texts by their names.',
    type: 'object',
    additionalProperties: { type: 'string' },
  })
  metadata!: Record<string, string>;

  @ApiProperty({ description: 'Whether the model may call several functions at once.' })
  parallel_tool_calls!: boolean;

  @ApiProperty({ description: 'The response it goes on from.', type: String, nullable: true })
  previous_response_id!: string | null;

  @ApiProperty({ description: 'What was said to models that think.', type: EchoedReasoningDto })
  reasoning!: EchoedReasoningDto;

  @ApiProperty({ description: 'Always `default`.', enum: ['default'] })
  service_tier!: 'default';

  @ApiProperty({ description: 'Whether it can be read again by its id.' })
  store!: boolean;

  @ApiProperty({ description: 'Randomness.' })
  temperature!: number;

  @ApiProperty({ description: 'The form of the text.', type: EchoedTextDto })
  text!: EchoedTextDto;

  @ApiProperty({
    description: 'Whether the model may, must, or must not call functions.',
    oneOf: [{ type: 'string', enum: ['none', 'auto', 'required'] }, { type: 'object' }],
  })
  tool_choice!: string | object;

  @ApiProperty({ description: 'What the model may call.', type: [EchoedToolDto] })
  tools!: EchoedToolDto[];

  @ApiProperty({ description: 'Always 0.' })
  top_logprobs!: number;

  @ApiProperty({ description: 'Share of the likeliest tokens to choose from.' })
  top_p!: number;

  @ApiProperty({ description: 'Left to the backend.', enum: ['auto', 'disabled'] })
  truncation!: 'auto' | 'disabled';

  @ApiPropertyOptional({ description: 'Who the response is for, where it was said.' })
  user?: string;
}
