import { ApiHeader } from '@nestjs/swagger';

export const ApiIdempotencyKey = () =>
  ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'The same key and the same request are answered by one generation; `idempotent-replayed: true` says so.',
  });

export const ApiOnDisconnect = () =>
  ApiHeader({
    name: 'X-On-Disconnect',
    required: false,
    description: '`cancel` or `continue`, where the body does not say `on_disconnect`.',
    schema: { type: 'string', enum: ['cancel', 'continue'] },
  });

export const ApiStreamResume = () =>
  ApiHeader({
    name: 'X-Stream-Resume',
    required: false,
    description:
      '`1` puts an `id:` line before each event; `/v1/generations/{id}/stream` goes on behind any of them.',
  });
