import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Principal } from '../../../contracts/principal.js';
import type { CallerDto, ChangePasswordDto } from './dto/user.dto.js';
import { Login } from './login.js';
import { Users } from './users.service.js';

/** What callers may know and change of themselves. */
@Injectable()
export class Account {
  constructor(
    @Inject(Users) private readonly users: Users,
    @Inject(Login) private readonly login: Login,
  ) {}

  async describe({ id, tenant, role, scopes, email }: Principal): Promise<CallerDto> {
    const found = await this.users.findById(id);
    const user = found?.tenant === tenant ? found : undefined;
    return { id, tenant, role, scopes, email: user?.email ?? email ?? null, name: user?.name ?? null };
  }

  async changePassword(caller: Principal, change: ChangePasswordDto, address: string): Promise<void> {
    const user = await this.users.findById(caller.id);
    if (user === undefined || user.tenant !== caller.tenant)
      throw new GatewayError('not_found', 'The caller has no password here.');
    const { tenant, email } = user;
    const known = await this.login.attempt({ tenant, email, password: change.current_password, address });
    if (known === undefined)
      throw new GatewayError('invalid_value', 'This is not the current password.', {
        param: 'current_password',
      });
    await this.users.setPassword(user, change.new_password);
  }
}
