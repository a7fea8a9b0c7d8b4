import { Inject, Injectable } from '@nestjs/common';
import { ClientDirectory } from './clients/client-directory.js';

/** What is meant by a request that names no scope (RFC 6749, section 3.3): what its client may do with routes. */
@Injectable()
export class DefaultScope {
  constructor(@Inject(ClientDirectory) private readonly clients: ClientDirectory) {}

  /** The client is named among the parameters or, with its secret, in the header. */
  async putTo(parameters: URLSearchParams, authorization = ''): Promise<URLSearchParams> {
    const id = parameters.get('client_id') ?? clientIn(authorization);
    // Section 3.1: what has no value is as if it were left out.
    const isNamed = parameters.getAll('scope').some((scope) => scope !== '');
    if (id === undefined || isNamed) return parameters;
    const client = await this.clients.find(id);
    const scopes = client?.scopes.filter((scope) => scope === 'read' || scope === 'write') ?? [];
    if (scopes.length > 0) parameters.set('scope', scopes.join(' '));
    return parameters;
  }
}

/** As in RFC 6749, section 2.3.1. Whether it is the client is found out later. */
function clientIn(authorization: string): string | undefined {
  const [, encoded = ''] = /^basic +(\S+)$/i.exec(authorization) ?? [];
  const [name = ''] = Buffer.from(encoded, 'base64').toString().split(':');
  const [id] = new URLSearchParams(`${name}=`).keys();
  return id === undefined || id.includes('\0') ? undefined : id;
}
