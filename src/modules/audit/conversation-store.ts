import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type QueryDeepPartialEntity, Repository } from 'typeorm';
import { ConversationEntity } from './entities/conversation.entity.js';
import { MessageEntity } from './entities/message.entity.js';
import { marked } from './record/projection.js';

export interface ConversationDraft {
  /** `default` where it is left out. */
  readonly tenant?: string;
  readonly userId: string;
  readonly modelName: string;
  readonly title?: string;
  readonly metadata?: Record<string, unknown>;
}

export interface MessageDraft {
  /** That of the conversation. */
  readonly tenant?: string;
  readonly conversationId: number;
  readonly role: string;
  readonly content: string;
  readonly metadata?: Record<string, unknown>;
}

/** Conversations and messages one by one, each written when the promise resolves. */
@Injectable()
export class ConversationStore {
  constructor(
    @InjectRepository(ConversationEntity) private readonly conversations: Repository<ConversationEntity>,
    @InjectRepository(MessageEntity) private readonly messages: Repository<MessageEntity>,
  ) {}

  /** Gives the id of the conversation. */
  async saveConversation({ metadata = {}, ...draft }: ConversationDraft): Promise<number> {
    const { identifiers } = await this.conversations.insert(
      marked({ ...draft, metadata }) as QueryDeepPartialEntity<ConversationEntity>,
    );
    return (identifiers[0] as { id: number }).id;
  }

  /** Gives the id of the message. */
  async saveMessage(draft: MessageDraft): Promise<number> {
    const [id] = await this.saveMessages([draft]);
    return id as number;
  }

  /** All of them or none. Gives their ids in the same order. */
  async saveMessages(drafts: readonly MessageDraft[]): Promise<number[]> {
    const values = drafts.map(({ metadata = {}, ...draft }) => marked({ ...draft, metadata }));
    const { identifiers } = await this.messages.insert(values as QueryDeepPartialEntity<MessageEntity>[]);
    return identifiers.map(({ id }) => id as number);
  }
}
