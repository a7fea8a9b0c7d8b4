import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { Caller } from '../../../common/http/caller.decorator.js';
import type { Principal } from '../../../contracts/principal.js';
import { CreateUserDto, UpdateUserDto, UserDto, UserListDto, toUserDto } from './dto/user.dto.js';
import { UserPageDto } from './dto/user-page.dto.js';
import { UserAdministration } from './user-administration.js';

const LAST_ADMINISTRATOR = { description: '`last_administrator`' };
const ID = { name: 'id', description: 'Id of the user.' };

@ApiTags('users')
@Controller('api/v1/admin/users')
export class UsersController {
  constructor(@Inject(UserAdministration) private readonly users: UserAdministration) {}

  @Get()
  @ApiOperation({ summary: 'Lists the users of the tenant' })
  @ApiOkResponse({ type: UserListDto })
  list(@Query() page: UserPageDto, @Caller() caller: Principal): Promise<UserListDto> {
    return this.users.list(caller, page);
  }

  @Post()
  @ApiOperation({ summary: 'Makes a user' })
  @ApiCreatedResponse({ type: UserDto })
  @ApiConflictResponse({ description: '`email_taken`' })
  async create(@Body() user: CreateUserDto, @Caller() caller: Principal): Promise<UserDto> {
    return toUserDto(await this.users.create(caller, user));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Gives a user' })
  @ApiParam(ID)
  @ApiOkResponse({ type: UserDto })
  async get(@Param('id') id: string, @Caller() caller: Principal): Promise<UserDto> {
    return toUserDto(await this.users.get(caller, id));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Changes a user; another role or password, or being disabled, logs them out' })
  @ApiParam(ID)
  @ApiOkResponse({ type: UserDto })
  @ApiConflictResponse(LAST_ADMINISTRATOR)
  async update(
    @Param('id') id: string,
    @Body() patch: UpdateUserDto,
    @Caller() caller: Principal,
  ): Promise<UserDto> {
    return toUserDto(await this.users.update(caller, id, patch));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Deletes a user and all they are logged in with' })
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'They are gone.' })
  @ApiConflictResponse(LAST_ADMINISTRATOR)
  delete(@Param('id') id: string, @Caller() caller: Principal): Promise<void> {
    return this.users.delete(caller, id);
  }
}
