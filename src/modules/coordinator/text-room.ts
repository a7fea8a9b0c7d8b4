import { GatewayError } from '../../common/errors/gateway.error.js';

/** How much text the calls of one workflow may be given together: one request is not to weigh as much as many. */
export class TextRoom {
  private taken = 0;

  constructor(private readonly mostCharacters: number) {}

  /** Throws `request_too_large` where so many would be too many, also besides what was taken. */
  require(characters: number): void {
    if (this.taken + characters <= this.mostCharacters) return;
    throw new GatewayError(
      'request_too_large',
      `The calls of one workflow are given at most ${this.mostCharacters} characters together.`,
    );
  }

  take(characters: number): void {
    this.require(characters);
    this.taken += characters;
  }
}
