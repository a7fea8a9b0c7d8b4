import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { RevocationKind } from './revocation.js';

/** What is not believed any more. */
@Entity('revocations')
export class RevocationEntity {
  @PrimaryColumn({ type: 'varchar', length: 255 })
  tenant!: string;

  @PrimaryColumn({ type: 'varchar', length: 20 })
  kind!: RevocationKind;

  @PrimaryColumn({ type: 'varchar', length: 255 })
  id!: string;

  @Column({ name: 'issued_before', type: 'timestamptz', precision: 3, nullable: true })
  issuedBefore!: Date | null;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  until!: Date | null;

  @Index('idx_revocations_revoked_at')
  @Column({ name: 'revoked_at', type: 'timestamptz', precision: 3 })
  revokedAt!: Date;
}
