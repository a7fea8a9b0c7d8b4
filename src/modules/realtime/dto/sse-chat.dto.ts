import { ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { CreateChatCompletionDto, MessageDto } from '../../chat/index.js';

/** A chat request as messages on sockets may spell it. Described here, read as those are. */
export class SseChatDto extends OmitType(CreateChatCompletionDto, ['messages']) {
  @ApiPropertyOptional({ description: 'The conversation so far.', type: [MessageDto] })
  messages?: MessageDto[];

  @ApiPropertyOptional({
    description: 'In place of `messages`: one message of the user.',
    type: String,
    example: 'Hello',
  })
  message?: string;

  @ApiPropertyOptional({ description: 'The same as `model`.', type: String, example: 'phi3' })
  model_id?: string;
}
