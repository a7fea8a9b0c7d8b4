import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';

/** This process among those that share a Redis. */
@Injectable()
export class ReplicaName {
  readonly value = randomUUID();
}
