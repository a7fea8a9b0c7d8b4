export { Attempts, type AttemptLimit, type AttemptSubject } from './attempts.js';
export { Login } from './login.js';
export { faultOfPassword } from './password-rules.js';
export { type NewUser, type User, USER_ROLES, type UserEmail, type UserRole } from './user.js';
export { type Extent, UserSessions } from './user-sessions.js';
export { UsersModule } from './users.module.js';
export { Users } from './users.service.js';
