import { ApiProperty } from '@nestjs/swagger';

export class CheckpointKeyDto {
  @ApiProperty({ description: 'The Ed25519 key that checkpoints are signed with, SPKI in PEM.' })
  public_key!: string;

  @ApiProperty({ description: 'The same for verifiers of signed notes (C2SP): name, key hash and key.' })
  verifier_key!: string;

  @ApiProperty({ description: 'The first line of the checkpoints.', example: 'citadel-audit/default' })
  origin!: string;
}
