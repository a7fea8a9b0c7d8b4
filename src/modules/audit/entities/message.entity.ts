import {
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
} from 'typeorm';
import { ConversationEntity } from './conversation.entity.js';

/** One thing said in a conversation. Their ids are in the order in which they were said. */
@Entity('messages')
@Index('idx_messages_tenant', ['tenant', 'id'])
export class MessageEntity {
  @PrimaryGeneratedColumn({ type: 'integer' })
  id!: number;

  /** That of its conversation. */
  @Column({ type: 'varchar', length: 255, default: 'default' })
  tenant!: string;

  @Index('idx_messages_conversation_id')
  @Column({ name: 'conversation_id', type: 'integer', nullable: true })
  conversationId!: number;

  @ManyToOne(() => ConversationEntity, { nullable: true })
  @JoinColumn({ name: 'conversation_id', foreignKeyConstraintName: 'messages_conversation_id_fkey' })
  conversation?: ConversationEntity;

  @Column({ type: 'varchar', length: 50 })
  role!: string;

  @Column({ type: 'text' })
  content!: string;

  @Column({ type: 'jsonb', nullable: true })
  metadata!: Record<string, unknown> | null;

  @CreateDateColumn({
    name: 'created_at',
    type: 'timestamp',
    nullable: true,
    default: () => 'CURRENT_TIMESTAMP',
  })
  createdAt!: Date;
}
