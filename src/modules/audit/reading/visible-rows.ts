import { ANONYMOUS, type Principal } from '../../../contracts/principal.js';

/** The part of the record that somebody may see. */
export interface VisibleRows {
  readonly tenant: string;
  /** Only what this user asked; of everybody when left out. */
  readonly userId?: string;
}

/**
 * The one rule of who sees what. Administrators see all of their tenant; callers whom a trusted network lets in without
 * saying who they are see all of the default one; everybody else sees what they asked themselves.
 */
export function visibleTo({ id, tenant, role }: Principal): VisibleRows {
  if (role === 'admin') return { tenant };
  if (role === 'anonymous') return { tenant: ANONYMOUS.tenant };
  return { tenant, userId: id };
}
