export { Attempts, type AttemptLimit, type AttemptSubject } from './attempts.js';
export { Login } from './login.js';
export { faultOfPassword } from './password-rules.js';
export { requireFullPower } from './require-full-power.js';
export { UserSessions } from './user-sessions.js';
export { type User, USER_ROLES, type UserRole } from './user.js';
export { UsersModule } from './users.module.js';
export { Users } from './users.service.js';
