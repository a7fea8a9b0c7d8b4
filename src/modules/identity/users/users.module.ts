import { Module } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import { AccountController } from './account.controller.js';
import { Account } from './account.js';
import { Attempts, AttemptsClock } from './attempts.js';
import { FirstUsers } from './first-users.js';
import { Login } from './login.js';
import { PasswordHashes } from './password-hashes.js';
import { UserAdministration } from './user-administration.js';
import { UserRows } from './user-rows.js';
import { UserSessions } from './user-sessions.js';
import { UsersController } from './users.controller.js';
import { Users } from './users.service.js';

/** People and their passwords. Needs DatabaseModule. */
@Module({
  controllers: [AccountController, UsersController],
  providers: [
    Account,
    Attempts,
    { provide: AttemptsClock, useValue: SYSTEM_CLOCK },
    FirstUsers,
    Login,
    PasswordHashes,
    UserAdministration,
    UserRows,
    UserSessions,
    Users,
  ],
  exports: [Attempts, Login, UserSessions, Users],
})
export class UsersModule {}
