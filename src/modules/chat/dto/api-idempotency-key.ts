import { ApiHeader } from '@nestjs/swagger';

export const ApiIdempotencyKey = () =>
  ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'The same key and the same request are answered by one generation; `idempotent-replayed: true` says so.',
  });
