import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Query } from '../../../infrastructure/database/index.js';
import type { User } from './user.js';

/**
 * Throws `last_administrator` where the tenant has no other administrator who may log in. In a transaction they all stay what
 * they are until its end, so that two cannot take each other's place away at once.
 */
export async function requireOtherAdmin(
  query: Query,
  { id, tenant }: Pick<User, 'id' | 'tenant'>,
): Promise<void> {
  const admins = await query<{ id: string }>(
    `SELECT id FROM users WHERE tenant = $1 AND role = 'admin' AND NOT disabled ORDER BY id FOR UPDATE`,
    [tenant],
  );
  if (admins.length === 1 && admins[0]!.id === id)
    throw new GatewayError(
      'last_administrator',
      'This is the last administrator of the tenant; make another one first.',
    );
}
