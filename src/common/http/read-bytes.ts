import type { Readable } from 'node:stream';
import { GatewayError } from '../errors/gateway.error.js';

/** A body as it came. Rejects when it is longer than it may be, when there is no room for it, and when it breaks off. */
export function readBytes(stream: Readable, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (settle: () => void) => {
      // Its error may come yet, and has to be heard by somebody.
      stream.off('data', take).off('end', finish).off('close', leave);
      settle();
    };
    const take = (chunk: Buffer) => {
      chunks.push(chunk);
      if ((length += chunk.length) > limit)
        end(() => reject(new GatewayError('request_too_large', 'The body is larger than this route takes.')));
    };
    const finish = () => end(() => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length)));
    const leave = (error?: Error) =>
      end(() =>
        reject(error instanceof GatewayError ? error : new GatewayError('bad_http', 'The body breaks off.')),
      );
    stream.on('data', take).on('end', finish).on('error', leave).on('close', leave);
  });
}
