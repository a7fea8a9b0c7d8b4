import { Inject, Injectable } from '@nestjs/common';
import { headerOf, principalOf } from '../../common/http/request-context.js';
import type { Exchange } from '../../common/http/exchange.js';
import { AppConfig } from '../../config/index.js';
import { DialectRegistry, ProfileRegistry } from '../agents/index.js';
import { LogDirectory, type FollowedLog } from '../generation/index.js';
import { dialectOptions } from './dialect-options.js';
import { withEventIds } from './event-ids.js';
import { streamLog } from './stream-log.js';

/** How a stream is spelled. */
export interface Spelling {
  /** The dialect, unless the request names another. */
  readonly usualDialect: string;
  /** Whether the request may name no other. */
  readonly isOnlyDialect?: boolean;
}

/** Where somebody reads on. */
export interface Place extends Spelling {
  readonly id: string;
  /** First entry that is wanted. */
  readonly position: number;
}

/** A log that is there. */
export interface OpenedLog {
  readonly source: FollowedLog;
  /** False when it has ended, and its end stands before the place. */
  readonly hasMore: boolean;
  /** Settles with the first byte, or rejects with what becomes an HTTP error. */
  send(): Promise<void>;
}

/** Generations that run or have ended, wherever they were made, with ids to come back by. */
@Injectable()
export class LostStreams {
  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(LogDirectory) private readonly logs: LogDirectory,
    @Inject(ProfileRegistry) private readonly profiles: ProfileRegistry,
    @Inject(DialectRegistry) private readonly dialects: DialectRegistry,
  ) {}

  /**
   * Spelled as the request asks for it; at the pace it was begun with, unless that names another. Throws `invalid_value`
   * for a name that is none, and as LogDirectory does.
   */
  async openAt(
    { id, position, usualDialect, isOnlyDialect }: Place,
    { request, reply }: Exchange,
  ): Promise<OpenedLog> {
    const query = request.query as Readonly<Record<string, unknown>>;
    const namedDialect = headerOf(request, 'x-stream-dialect') ?? text(query.dialect);
    const wantedDialect = isOnlyDialect ? usualDialect : (namedDialect ?? usualDialect);
    const wantedProfile = headerOf(request, 'x-stream-profile') ?? text(query.profile);
    const dialect = this.dialects.get(wantedDialect, COMPLETION_ID.test(id) ? 'completion' : 'chat');
    const named = wantedProfile === undefined ? undefined : this.profiles.get(wantedProfile);

    const { source, profile } = await this.logs.find(id, principalOf(request));
    const { reasoningField, frameText } = this.config.streams;
    const options = dialectOptions(source, {
      position,
      reasoningField,
      frameText: query.text === 'delta' ? 'delta' : frameText,
      tokenEvents: query.tokens === '1',
      includeUsage: query.include_usage === 'true',
    });
    return {
      source,
      hasMore: !source.ended || position <= source.log.count,
      send: () =>
        streamLog({
          reply,
          source,
          profile: named ?? this.profiles.get(profile),
          dialect,
          writer: withEventIds(dialect.writer(source.head, options), source.id),
          position,
        }),
    };
  }
}

/** Generations that complete a prompt, by their id. */
const COMPLETION_ID = /^cmpl-/;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
