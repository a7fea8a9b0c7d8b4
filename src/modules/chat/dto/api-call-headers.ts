import { ApiHeader } from '@nestjs/swagger';
import { DIALECT_NAMES, PROFILE_NAMES } from '../../agents/index.js';

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

export const ApiStreamProfile = () =>
  ApiHeader({
    name: 'X-Stream-Profile',
    required: false,
    description: 'How the text is cut into frames; also as `?profile=`.',
    schema: { type: 'string', enum: [...PROFILE_NAMES] },
  });

/** `usual` is the one of the route. */
export const ApiStreamDialect = (usual: string) =>
  ApiHeader({
    name: 'X-Stream-Dialect',
    required: false,
    description: `How a stream is spelled, \`${usual}\` unless asked otherwise; also as \`?dialect=\`.`,
    schema: { type: 'string', enum: [...DIALECT_NAMES] },
  });
