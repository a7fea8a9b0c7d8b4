import { ApiProperty } from '@nestjs/swagger';

export class AuditConversationDto {
  @ApiProperty({ description: 'Its number. Later ones have larger numbers.', type: 'integer' })
  id!: number;

  @ApiProperty({
    description: 'The generation it tells of, of several the last; what `X-Generation-ID` said.',
    type: String,
    nullable: true,
  })
  generation_id!: string | null;

  @ApiProperty({ description: 'Who asked.' })
  user_id!: string;

  @ApiProperty({ description: 'The model, as the caller named it.' })
  model_name!: string;

  @ApiProperty({ description: 'The beginning of what the user said first.', type: String, nullable: true })
  title!: string | null;

  @ApiProperty({ description: 'The name the caller gave it.', type: String, nullable: true })
  session_id!: string | null;

  @ApiProperty({
    description: 'How its last generation ended.',
    type: String,
    nullable: true,
    example: 'finished',
  })
  status!: string | null;

  @ApiProperty({ description: 'When it began.', type: String, format: 'date-time', nullable: true })
  created_at!: string | null;

  @ApiProperty({ description: 'When it last changed.', type: String, format: 'date-time', nullable: true })
  updated_at!: string | null;

  @ApiProperty({
    description:
      'What was asked of which model by which route, and how it ended: finish reasons, reason or error, backend, usage.',
    type: Object,
    nullable: true,
  })
  metadata!: Record<string, unknown> | null;
}

export class AuditMessageDto {
  @ApiProperty({
    description: 'Its number. What was said later has a larger number.',
    type: 'integer',
  })
  id!: number;

  @ApiProperty({ description: 'The conversation it belongs to.', type: 'integer' })
  conversation_id!: number;

  @ApiProperty({ description: 'Who said it.', example: 'assistant' })
  role!: string;

  @ApiProperty({ description: 'What was said; JSON of its parts where the metadata has `parts`.' })
  content!: string;

  @ApiProperty({
    description:
      'What else is known: finish reason, reasoning, tool calls; `partial` where the answer broke off.',
    type: Object,
    nullable: true,
  })
  metadata!: Record<string, unknown> | null;

  @ApiProperty({ description: 'When it was said.', type: String, format: 'date-time', nullable: true })
  created_at!: string | null;
}

class PageDto {
  @ApiProperty({
    description: 'What to ask for the next page with; null when there is none.',
    type: String,
    nullable: true,
  })
  next_cursor!: string | null;

  @ApiProperty({ description: 'Whether there is another page.' })
  has_more!: boolean;
}

export class AuditConversationListDto extends PageDto {
  @ApiProperty({ description: 'Always `list`.', enum: ['list'] })
  object!: 'list';

  @ApiProperty({ description: 'Conversations, the newest first.', type: [AuditConversationDto] })
  data!: AuditConversationDto[];
}

export class AuditMessageListDto extends PageDto {
  @ApiProperty({ description: 'Always `list`.', enum: ['list'] })
  object!: 'list';

  @ApiProperty({
    description: 'Messages; fewer than asked for where they are long.',
    type: [AuditMessageDto],
  })
  data!: AuditMessageDto[];
}

export class AuditTranscriptDto extends AuditConversationDto {
  @ApiProperty({
    description: 'Its messages, the oldest first, as many as fit on a page.',
    type: [AuditMessageDto],
  })
  messages!: AuditMessageDto[];

  @ApiProperty({
    description: 'Where its messages go on, for `/messages` below it; null when all are here.',
    type: String,
    nullable: true,
  })
  next_cursor!: string | null;

  @ApiProperty({ description: 'Whether it has more messages than these.' })
  has_more!: boolean;
}
