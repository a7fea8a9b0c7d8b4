import type { ServerResponse } from 'node:http';
import { Inject, Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { DataSource } from 'typeorm';
import type { Storage } from '../../src/app.setup.js';
import type { Principal } from '../../src/contracts/principal.js';
import { DatabaseModule } from '../../src/infrastructure/database/index.js';
import { AuditModule, ConversationEntity, MessageEntity } from '../../src/modules/audit/index.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { createOnServer, kindsAtHand } from './database-support.js';

export interface ConversationSeed {
  readonly tenant?: string;
  readonly user?: string;
  readonly model?: string;
  readonly title?: string;
  readonly session?: string;
  readonly status?: ConversationEntity['status'];
  readonly at?: string;
  readonly metadata?: Record<string, unknown>;
  /** `role: content`, in their order. */
  readonly messages?: readonly string[];
  /** Numbers of the chain whose keys are kept for it. */
  readonly seqs?: readonly number[];
}

/** Who makes the requests from now on, as though they had shown a credential. Undefined: whom the gateway takes them for. */
export class Session {
  caller: Principal | undefined;
}

/** A gateway on a database of its own. */
export interface AuditGateway extends TestGateway {
  readonly dataSource: DataSource;
  readonly session: Session;
  /** Answers that have neither ended nor lost their client. */
  readonly responses: ReadonlySet<ServerResponse>;
}

type OpenGateway = (storage?: Storage) => Promise<AuditGateway>;

export const GATEWAY_KINDS = kindsAtHand<{ kind: string; open: OpenGateway }>(
  { kind: 'the embedded database', open: (storage) => openGateway({}, storage) },
  { kind: 'a PostgreSQL server', open: openOnServer },
);

async function openOnServer(storage?: Storage): Promise<AuditGateway> {
  const database = await createOnServer();
  const gateway = await openGateway({ DATABASE_URL: database.config.url }, storage);
  return {
    ...gateway,
    close: async () => {
      await gateway.close();
      await database.remove();
    },
  };
}

/** A gateway with its settings from `env`. */
export async function openGateway(
  env: Record<string, string>,
  storage: Storage = [DatabaseModule, AuditModule],
): Promise<AuditGateway> {
  const session = new Session();
  const responses = new Set<ServerResponse>();
  @Module({})
  class SessionModule {
    constructor(@Inject(HttpAdapterHost) { httpAdapter }: HttpAdapterHost) {
      httpAdapter.getInstance<FastifyInstance>().addHook('preHandler', (request, { raw }, done) => {
        if (session.caller !== undefined) request.principal = session.caller;
        responses.add(raw);
        raw.once('close', () => responses.delete(raw));
        done();
      });
    }
  }
  const gateway = await createGateway(env, [SessionModule, ...storage], { signedIn: 'where needed' });
  return { ...gateway, session, responses, dataSource: gateway.app.get(DataSource) };
}

/** Puts conversations on record and gives their ids. */
export async function seed(dataSource: DataSource, seeds: readonly ConversationSeed[]): Promise<number[]> {
  const ids: number[] = [];
  for (const {
    messages = [],
    seqs = [],
    at = '2026-07-01T10:00:00Z',
    tenant = 'default',
    ...given
  } of seeds) {
    const { identifiers } = await dataSource.getRepository(ConversationEntity).insert({
      tenant,
      userId: given.user ?? 'ada',
      modelName: given.model ?? 'phi3',
      title: given.title ?? null,
      sessionId: given.session ?? null,
      status: given.status ?? 'finished',
      metadata: (given.metadata ?? {}) as object,
      createdAt: new Date(at),
      updatedAt: new Date(at),
    });
    const { id } = identifiers[0] as { id: number };
    ids.push(id);
    const rows = messages.map((message) => {
      const [role = '', ...content] = message.split(': ');
      return {
        tenant,
        conversationId: id,
        role,
        content: content.join(': '),
        metadata: {},
        createdAt: new Date(at),
      };
    });
    if (rows.length > 0) await dataSource.getRepository(MessageEntity).insert(rows);
    for (const seq of seqs)
      await dataSource.query(
        'INSERT INTO audit_keys (tenant, seq, conversation_id, key) VALUES ($1, $2, $3, $4)',
        [tenant, seq, id, Buffer.alloc(32, seq)],
      );
  }
  return ids;
}

/** Forgets everything that is on record. */
export const clear = (dataSource: DataSource): Promise<unknown> =>
  dataSource.query('DELETE FROM audit_keys; DELETE FROM messages; DELETE FROM conversations');
