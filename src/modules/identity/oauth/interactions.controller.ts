import { timingSafeEqual } from 'node:crypto';
import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { toForm } from './accept-forms.js';
import { ApiLogin, ApiLostLogin, ApiPage } from './dto/api-oauth.js';
import { type Interaction, Interactions } from './interactions.js';
import { InteractionSteps } from './interaction-steps.js';
import { OAuthServer } from './oauth-server.js';
import { sendErrorPage, sendPage } from './pages/send-page.js';

/** The pages on which users log in and decide. */
@ApiTags('oauth')
@Controller('oauth/interaction')
export class InteractionsController {
  constructor(
    @Inject(OAuthServer) private readonly server: OAuthServer,
    @Inject(Interactions) private readonly interactions: Interactions,
    @Inject(InteractionSteps) private readonly steps: InteractionSteps,
  ) {}

  @Get(':uid')
  @ApiOperation({ summary: 'A page on which users log in or consent' })
  @ApiLogin()
  @ApiPage()
  @ApiLostLogin()
  show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.within(request, reply, async (interaction) => {
      sendPage(reply, await this.steps.page(interaction));
    });
  }

  @Post(':uid')
  @ApiOperation({ summary: 'Takes its form' })
  @ApiLogin()
  @ApiPage()
  @ApiLostLogin()
  submit(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.within(request, reply, async (interaction) => {
      const form = toForm(request.body);
      this.requireOwnForm(interaction, form);
      const outcome = await this.steps.take(interaction, form, request);
      if ('goOn' in outcome) return void reply.status(303).header('location', outcome.goOn).send();
      sendPage(reply, outcome.page, outcome.error);
    });
  }

  private async within(
    request: FastifyRequest,
    reply: FastifyReply,
    work: (interaction: Interaction) => Promise<void>,
  ): Promise<void> {
    try {
      const { uid } = request.params as { uid: string };
      await work(await this.interactions.find(request, reply, uid));
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      sendErrorPage(reply, error);
    }
  }

  /** A page from elsewhere cannot know the token, and does not get the cookie sent along either. */
  private requireOwnForm({ details }: Interaction, form: URLSearchParams): void {
    const expected = Buffer.from(this.server.seal.formToken(details.uid));
    const given = Buffer.from(form.get('csrf') ?? '');
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      throw new GatewayError('forbidden', 'This form does not belong to this login.');
  }
}
