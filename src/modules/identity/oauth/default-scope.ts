import { Inject, Injectable } from '@nestjs/common';
import { ClientDirectory } from './clients/client-directory.js';

/** What is meant by a request that names no scope (RFC 6749, section 3.3): what its client may do with routes. */
@Injectable()
export class DefaultScope {
  constructor(@Inject(ClientDirectory) private readonly clients: ClientDirectory) {}

  async putTo(parameters: URLSearchParams): Promise<URLSearchParams> {
    const id = parameters.get('client_id');
    if (id === null || parameters.has('scope')) return parameters;
    const client = await this.clients.find(id);
    const scopes = client?.scopes.filter((scope) => scope === 'read' || scope === 'write') ?? [];
    if (scopes.length > 0) parameters.set('scope', scopes.join(' '));
    return parameters;
  }
}
