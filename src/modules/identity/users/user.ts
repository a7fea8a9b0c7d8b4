import type { Role } from '../../../contracts/principal.js';

/** Somebody who logs in. */
export interface User {
  readonly id: string;
  readonly tenant: string;
  /** The primary address. */
  readonly email: string;
  readonly emailVerified: boolean;
  readonly role: UserRole;
  readonly name?: string;
  readonly disabled: boolean;
  /** Whether the password was given to them and has to be replaced before anything else. */
  readonly mustChangePassword: boolean;
  readonly createdAt: Date;
}

export type UserRole = Exclude<Role, 'anonymous'>;

/** From the least to the most that somebody may do. */
export const USER_ROLES = ['user', 'premium', 'admin'] as const satisfies readonly UserRole[];

export interface NewUser {
  readonly tenant: string;
  readonly email: string;
  readonly emailVerified?: boolean;
  readonly role?: UserRole;
  readonly name?: string;
  /** Without one they cannot log in by password. */
  readonly password?: string;
  readonly mustChangePassword?: boolean;
}

/** One of the addresses of a user. */
export interface UserEmail {
  readonly email: string;
  readonly primary: boolean;
  readonly verified: boolean;
}
