import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { Caller } from '../../../common/http/caller.decorator.js';
import type { Principal } from '../../../contracts/principal.js';
import { toForm } from './accept-forms.js';
import { DEVICE_GRANT } from './clients/oauth-client.js';
import { DefaultScope } from './default-scope.js';
import { DeviceApproval } from './device-approval.js';
import { ClientRequests } from './client-requests.js';
import { DeviceAttempts } from './device-attempts.js';
import { ApiClientForm, ApiForm, ApiLogin, ApiPage } from './dto/api-oauth.js';
import { ApproveDeviceDto, DeviceDecisionDto } from './dto/device-approval.dto.js';
import { DeviceCodeDto, DeviceCodeFormDto } from './dto/device-code.dto.js';
import { DeviceTokenFormDto, TokenDto } from './dto/token.dto.js';
import { OAuthServer } from './oauth-server.js';
import { sendErrorPage } from './pages/send-page.js';

const SESSION_COOKIE = /(?:^|;\s*)citadel_session=([^;]+)/;

/** The device flow (RFC 8628). */
@ApiTags('oauth')
@Controller('oauth/device')
export class DeviceController {
  constructor(
    @Inject(OAuthServer) private readonly server: OAuthServer,
    @Inject(DefaultScope) private readonly scopes: DefaultScope,
    @Inject(DeviceApproval) private readonly approval: DeviceApproval,
    @Inject(DeviceAttempts) private readonly attempts: DeviceAttempts,
    @Inject(ClientRequests) private readonly clients: ClientRequests,
  ) {}

  @Post('code')
  @ApiOperation({ summary: 'Gives a device its code, and the one that its user types' })
  @ApiClientForm(DeviceCodeFormDto)
  @ApiOkResponse({ type: DeviceCodeDto })
  async code(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const form = await this.scopes.putTo(toForm(request.body), request.headers.authorization);
    await this.attempts.countNew(request);
    await this.clients.answer('/oauth/device/code', request, reply, form);
  }

  @Post('token')
  @ApiOperation({
    summary: 'Asks whether the user has answered; the same as /oauth/token with the device grant',
  })
  @ApiClientForm(DeviceTokenFormDto)
  @ApiOkResponse({ type: TokenDto })
  token(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const form = toForm(request.body);
    if (!form.has('grant_type')) form.set('grant_type', DEVICE_GRANT);
    if (form.get('grant_type') !== DEVICE_GRANT)
      throw new GatewayError('invalid_request', 'Only the device grant is taken here.', {
        param: 'grant_type',
      });
    return this.clients.answer('/oauth/token', request, reply, form);
  }

  @Post('approve')
  @ApiForm(ApproveDeviceDto)
  @ApiOperation({ summary: 'Lets the caller’s device in, or refuses it' })
  @ApiOkResponse({ type: DeviceDecisionDto })
  async approve(@Req() request: FastifyRequest, @Caller() caller: Principal): Promise<DeviceDecisionDto> {
    const form = toForm(request.body);
    const userCode = form.get('user_code') ?? '';
    const approve = form.get('approve') ?? 'true';
    if (userCode === '' || userCode.length > 64)
      throw new GatewayError('invalid_request', 'user_code is missing.', { param: 'user_code' });
    if (approve !== 'true' && approve !== 'false')
      throw new GatewayError('invalid_value', 'approve must be true or false.', { param: 'approve' });
    return { status: await this.approval.decide(request, caller, { userCode, approve: approve === 'true' }) };
  }

  @Get()
  @ApiOperation({ summary: 'The page on which a code is typed' })
  @ApiPage()
  @ApiQuery({ name: 'user_code', required: false, description: 'What stands in the field already.' })
  page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { user_code: userCode } = request.query as { user_code?: unknown };
    // Only put into the field: a link alone confirms nothing.
    const shown = typeof userCode === 'string' ? userCode.slice(0, 20) : undefined;
    return this.server.answer(request, reply, { url: '/oauth/device', userCode: shown });
  }

  @Post()
  @ApiOperation({ summary: 'Takes the forms of that page' })
  @ApiPage()
  async submit(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const form = toForm(request.body);
    const userCode = form.get('user_code') ?? '';
    try {
      if (userCode !== '')
        await this.attempts.guard(request, SESSION_COOKIE.exec(request.headers.cookie ?? '')?.[1], () =>
          this.approval.find(userCode),
        );
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      return sendErrorPage(reply, error);
    }
    await this.server.answer(request, reply, { url: '/oauth/device', form });
  }

  @Get(':uid')
  @ApiOperation({ summary: 'Goes on with a device after its user’s login' })
  @ApiLogin()
  @ApiPage()
  resume(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { uid } = request.params as { uid: string };
    return this.server.answer(request, reply, { url: `/oauth/device/${encodeURIComponent(uid)}` });
  }
}
