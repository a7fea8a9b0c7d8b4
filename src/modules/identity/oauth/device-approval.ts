import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Principal } from '../../../contracts/principal.js';
import { requireFullPower, Users } from '../users/index.js';
import { ClientDirectory } from './clients/client-directory.js';
import { DeviceAttempts } from './device-attempts.js';
import { OAuthServer } from './oauth-server.js';

const OPENID_SCOPES: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'offline_access']);

interface DeviceCode {
  readonly clientId?: string;
  readonly accountId?: string;
  readonly error?: string;
  readonly inFlight?: boolean;
  readonly isExpired: boolean;
  readonly params: unknown;
  save(): Promise<string>;
}

/** Answers a device from another one, where somebody is logged in already. */
@Injectable()
export class DeviceApproval {
  constructor(
    @Inject(OAuthServer) private readonly server: OAuthServer,
    @Inject(DeviceAttempts) private readonly attempts: DeviceAttempts,
    @Inject(ClientDirectory) private readonly clients: ClientDirectory,
    @Inject(Users) private readonly users: Users,
  ) {}

  /** By the code as somebody typed it; undefined where it is none, or none any more. */
  async find(userCode: string): Promise<DeviceCode | undefined> {
    const code = (await this.server.provider.DeviceCode.findByUserCode(normalize(userCode), {
      ignoreExpiration: true,
    })) as DeviceCode | undefined;
    return code?.isExpired === false ? code : undefined;
  }

  async decide(
    request: FastifyRequest,
    caller: Principal,
    { userCode, approve }: { userCode: string; approve: boolean },
  ): Promise<'approved' | 'denied'> {
    const user = await this.users.findById(caller.id);
    // Who has no account here comes from another service, which gave them their token.
    if (user !== undefined && (user.disabled || user.tenant !== caller.tenant))
      throw new GatewayError('forbidden', 'This account may not connect devices.');
    if (user !== undefined && approve) requireFullPower(caller, user);
    const who = JSON.stringify([caller.tenant, caller.id]);
    const found = await this.attempts.guard(request, `principal ${who}`, async () => {
      const code = await this.find(userCode);
      const client = code?.clientId === undefined ? undefined : await this.clients.find(code.clientId);
      return code !== undefined && client?.tenant === caller.tenant ? code : undefined;
    });
    if (found === undefined)
      throw new GatewayError('not_found', 'There is no such code.', { param: 'user_code' });
    if (found.error !== undefined || found.accountId !== undefined || found.inFlight)
      throw new GatewayError('invalid_request', 'The code was used already.', { param: 'user_code' });
    if (approve) await this.approve(found, caller);
    else Object.assign(found, { error: 'access_denied', errorDescription: 'The user refused.' });
    await this.save(found);
    return approve ? 'approved' : 'denied';
  }

  private async approve(code: DeviceCode, caller: Principal): Promise<void> {
    const { provider } = this.server;
    const params = code.params as { scope?: string; resource?: string | string[] };
    const scopes = (params.scope ?? '').split(' ').filter((scope) => scope !== '');
    // Nobody gives away more than they hold.
    const beyond = scopes.find((scope) => !OPENID_SCOPES.has(scope) && !caller.scopes.includes(scope));
    if (beyond !== undefined)
      throw new GatewayError(
        'insufficient_scope',
        `The credential does not have the scope ${beyond} itself.`,
      );
    const [resource = this.server.provider.issuer] = [params.resource ?? []].flat();
    const grant = new provider.Grant({ accountId: caller.id, clientId: code.clientId });
    grant.addOIDCScope(scopes.join(' '));
    grant.addResourceScope(resource, scopes.join(' '));
    const grantId = await grant.save();
    const authTime = Math.floor(Date.now() / 1000);
    Object.assign(code, { accountId: caller.id, grantId, resource, scope: scopes.join(' '), authTime });
  }

  private async save(code: DeviceCode): Promise<void> {
    try {
      await code.save();
    } catch (error) {
      if (error instanceof Error && error.name === 'InvalidRequest')
        throw new GatewayError('invalid_request', 'The code was used already.', { param: 'user_code' });
      throw error;
    }
  }
}

/** What people add for themselves does not count. */
const normalize = (userCode: string): string => userCode.toUpperCase().replace(/\W/g, '');
