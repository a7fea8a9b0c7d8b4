import type { Signer } from '../../src/modules/identity/signatures/testing/signer.js';
import { expect } from 'vitest';
import {
  type Answer,
  ask,
  type DeviceGateway,
  fromElsewhere,
  type Phone,
  verificationProof,
} from './devices-support.js';

export const DEVICES = '/api/v1/auth/devices';
export const PAIRINGS = `${DEVICES}/pairings`;
export const ROTATE = '/api/v1/auth/keypair/rotate';
export const EMAILS = '/api/v1/auth/emails';
export const PRIMARY_EMAIL = '/api/v1/auth/email/primary';
export const ADD_EMAIL = '/api/v1/auth/email/add';
export const VERIFY_EMAIL = '/api/v1/auth/email/verify';

export const codeOf = ({ status, body }: Answer) => [status, body?.error];
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** What is asked of a gateway that is opened by the time: of one replica after the other. */
export function deviceCalls(gateway: () => DeviceGateway) {
  let people = 0;
  let turn = 0;
  /** The next replica, as a round robin would choose it. */
  const at = (path: string) => {
    const { replicas } = gateway();
    return replicas[turn++ % replicas.length]!.url + path;
  };
  const post = (path: string, body: object, headers = fromElsewhere()) =>
    ask(at(path), 'POST', { body, headers });
  return {
    at,
    post,
    somebody: () => `somebody-${++people}@example.org`,
    register: (email: string, signer: Signer, headers?: Record<string, string>) =>
      post(
        '/oauth/device/register',
        { email, public_key: signer.publicKey, name: 'A phone', type: 'mobile', platform: 'ios' },
        headers,
      ),
    verify: (registered: Answer, signer: Signer, code: string) =>
      post('/oauth/device/verify', {
        device_id: registered.body.device_id,
        code,
        proof: verificationProof(signer, registered.body),
      }),
    devicesOf: async (phone: Phone): Promise<string[]> => {
      const answer = await ask(at(DEVICES), 'GET', { headers: bearer(phone.token) });
      expect(answer.status).toBe(200);
      return answer.body.data.map(({ id }: { id: string }) => id);
    },
  };
}
