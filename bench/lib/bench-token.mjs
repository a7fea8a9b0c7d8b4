import { calculateJwkThumbprint, exportJWK, exportPKCS8, exportSPKI, generateKeyPair, SignJWT } from 'jose';

const ALGORITHM = 'ES256';

/** @typedef {Awaited<ReturnType<typeof makeKeys>>} Keys */

/** A pair that signs tokens. */
export const makeKeys = () => generateKeyPair(ALGORITHM, { extractable: true });

/** What a gateway in production has to be told of them. @param {Keys} keys */
export const keySettings = async ({ privateKey, publicKey }) => ({
  P8FS_JWT_PRIVATE_KEY_PEM: await exportPKCS8(privateKey),
  P8FS_JWT_PUBLIC_KEY_PEM: await exportSPKI(publicKey),
});

/**
 * A token of somebody who may read and write.
 *
 * @param {Keys} keys
 * @param {string} issuer
 */
export async function signToken({ privateKey, publicKey }, issuer) {
  const kid = await calculateJwkThumbprint(await exportJWK(publicKey));
  return new SignJWT({ id: 'bench', role: 'user', scope: 'read write', tenant: 'default' })
    .setProtectedHeader({ alg: ALGORITHM, kid, typ: 'at+jwt' })
    .setIssuer(issuer)
    .setAudience('citadel-gateway')
    .setSubject('bench')
    .setJti('bench')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
}
