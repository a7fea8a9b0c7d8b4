import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Principal } from '../../../contracts/principal.js';
import type { UserPageDto } from './dto/user-page.dto.js';
import { type CreateUserDto, toUserDto, type UpdateUserDto, type UserListDto } from './dto/user.dto.js';
import type { User } from './user.js';
import { Users } from './users.service.js';

const DEFAULT_ROWS = 50;

/** What administrators may do with the users of their own tenant, but not to themselves. */
@Injectable()
export class UserAdministration {
  constructor(@Inject(Users) private readonly users: Users) {}

  async list({ tenant }: Principal, { after, limit }: UserPageDto): Promise<UserListDto> {
    const most = limit === undefined ? DEFAULT_ROWS : Number(limit);
    if (after !== undefined && (await this.users.findById(after))?.tenant !== tenant)
      throw new GatewayError('invalid_value', 'after must be the id of a user who is still there.', {
        param: 'after',
      });
    const found = await this.users.list(tenant, { after, limit: most + 1 });
    return { object: 'list', data: found.slice(0, most).map(toUserDto), has_more: found.length > most };
  }

  create({ tenant }: Principal, { email, ...given }: CreateUserDto): Promise<User> {
    const password = given.password ?? undefined;
    return this.users.create({
      tenant,
      email,
      password,
      role: given.role ?? undefined,
      name: given.name ?? undefined,
      mustChangePassword: password !== undefined,
    });
  }

  /** The same `not_found` for a user of another tenant as for none. */
  async get({ tenant }: Principal, id: string): Promise<User> {
    const user = await this.users.findById(id);
    if (user?.tenant === tenant) return user;
    throw new GatewayError('not_found', 'No such user.');
  }

  async update(caller: Principal, id: string, { name, ...given }: UpdateUserDto): Promise<User> {
    const user = await this.get(caller, id);
    const role = given.role ?? undefined;
    const disabled = given.disabled ?? undefined;
    const losesPower = disabled === true || (role !== undefined && role !== 'admin');
    if (losesPower) refuseOneself(caller, user);
    return this.users.update(user, { role, name, disabled, password: given.password ?? undefined });
  }

  async delete(caller: Principal, id: string): Promise<void> {
    const user = await this.get(caller, id);
    refuseOneself(caller, user);
    await this.users.delete(user);
  }
}

/** The last administrator could not undo it. */
function refuseOneself(caller: Principal, user: User): void {
  if (caller.id === user.id)
    throw new GatewayError('invalid_request', 'Administrators do not take their own access away.');
}
