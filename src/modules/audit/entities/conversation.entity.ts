import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';

/** Who talked with which model. Times are UTC. */
@Entity('conversations')
@Index('idx_conversations_session', ['tenant', 'userId', 'sessionId'], {
  unique: true,
  where: 'session_id IS NOT NULL',
})
@Index('idx_conversations_tenant', ['tenant', 'id'])
export class ConversationEntity {
  @PrimaryGeneratedColumn({ type: 'integer' })
  id!: number;

  @Column({ type: 'varchar', length: 255, default: 'default' })
  tenant!: string;

  @Index('idx_conversations_user_id')
  @Column({ name: 'user_id', type: 'varchar', length: 255 })
  userId!: string;

  @Column({ name: 'model_name', type: 'varchar', length: 255 })
  modelName!: string;

  @Column({ type: 'text', nullable: true })
  title!: string | null;

  @Column({ type: 'jsonb', nullable: true })
  metadata!: Record<string, unknown> | null;

  /** Whatever the caller named it, when it spans several generations. */
  @Column({ name: 'session_id', type: 'varchar', length: 255, nullable: true })
  sessionId!: string | null;

  /** How its last generation ended. */
  @Column({ type: 'varchar', length: 20, nullable: true })
  status!: 'finished' | 'failed' | 'cancelled' | 'interrupted' | null;

  @Index('idx_conversations_created_at')
  @CreateDateColumn({
    name: 'created_at',
    type: 'timestamp',
    nullable: true,
    default: () => 'CURRENT_TIMESTAMP',
  })
  createdAt!: Date;

  @UpdateDateColumn({
    name: 'updated_at',
    type: 'timestamp',
    nullable: true,
    default: () => 'CURRENT_TIMESTAMP',
  })
  updatedAt!: Date;
}
