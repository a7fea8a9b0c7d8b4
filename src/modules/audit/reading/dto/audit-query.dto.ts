import { ChoiceField, CursorField, LimitField, TextField, TimeField } from './query-fields.js';

/** How a conversation's last generation can have ended. */
const STATUSES = ['finished', 'failed', 'cancelled', 'interrupted'] as const;

const LONGEST_TEXT = 1_000;

/** Which conversations are meant. All conditions hold together. */
export class ConversationFilterDto {
  @TextField('Who asked.')
  user?: string;

  @TextField('The model, as the caller named it.')
  model?: string;

  @TimeField('Begun at this time or later.')
  from?: string;

  @TimeField('Begun before this time.')
  to?: string;

  @ChoiceField('How its last generation ended.', STATUSES)
  status?: string;

  @TextField('Occurs in the title or in a message, in upper or lower case.', LONGEST_TEXT)
  text?: string;

  @TextField('The name the caller gave it, by `X-Chat-Session-ID`.')
  session?: string;
}

export class ConversationQueryDto extends ConversationFilterDto {
  @LimitField()
  limit?: string;

  @CursorField('conversation')
  cursor?: string;
}

export class MessagePageDto {
  @LimitField()
  limit?: string;

  @CursorField('message')
  cursor?: string;
}

/** Which messages are meant. All conditions hold together. */
export class MessageQueryDto extends MessagePageDto {
  @TextField('Whose conversation it is in.')
  user?: string;

  @TextField('The model of its conversation, as the caller named it.')
  model?: string;

  @TextField('Who said it, such as `user`, `assistant`, `system` or `tool`.', 50)
  role?: string;

  @TimeField('Said at this time or later.')
  from?: string;

  @TimeField('Said before this time.')
  to?: string;

  @TextField('Occurs in the message, in upper or lower case.', LONGEST_TEXT)
  text?: string;
}
