import { Column, CreateDateColumn, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Role } from '../../../contracts/principal.js';

/** A key that stands for its owner. The key itself is not kept. */
@Entity('api_keys')
@Index('idx_api_keys_owner', ['tenant', 'owner'])
export class ApiKeyEntity {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'varchar', length: 255 })
  tenant!: string;

  @Column({ type: 'varchar', length: 255 })
  owner!: string;

  @Column({ type: 'varchar', length: 20 })
  role!: Role;

  @Column({ type: 'varchar', length: 255, nullable: true })
  email!: string | null;

  @Column({ type: 'varchar', length: 255, nullable: true })
  device!: string | null;

  @Column({ type: 'varchar', length: 100 })
  name!: string;

  /** By which its owner knows it again. */
  @Column({ type: 'varchar', length: 20 })
  prefix!: string;

  /** SHA-256 of the key. */
  @Index('idx_api_keys_digest', { unique: true })
  @Column({ type: 'bytea' })
  digest!: Buffer;

  @Column({ type: 'text', array: true })
  scopes!: string[];

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'expires_at', type: 'timestamptz', precision: 3, nullable: true })
  expiresAt!: Date | null;

  /** Within minutes. */
  @Column({ name: 'last_used_at', type: 'timestamptz', precision: 3, nullable: true })
  lastUsedAt!: Date | null;
}
