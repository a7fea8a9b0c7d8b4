import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  type KeyObject,
} from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Ed25519 (RFC 8032). */
export interface SigningKeys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export const SigningKeys = Symbol('SigningKeys');

/** The keys in a file, PKCS#8 in PEM; makes them where there are none yet. Whoever starts at the same time gets the same. */
export async function loadSigningKeys(file: string): Promise<SigningKeys> {
  const pem = (await find(file)) ?? (await create(file));
  const privateKey = toPrivateKey(pem, file);
  if (privateKey.asymmetricKeyType !== 'ed25519')
    throw new Error(`The signing key in ${file} is ${privateKey.asymmetricKeyType}, not Ed25519.`);
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** Complete and on disk before it gets its name, which only the first can give. */
async function create(file: string): Promise<string> {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const draft = `${file}.${randomUUID()}`;
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(pem);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(draft, file);
    await syncDirectory(dirname(file));
    return pem;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return await readFile(file, 'utf8');
  } finally {
    await unlink(draft);
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  await handle.sync().finally(() => handle.close());
}

async function find(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function toPrivateKey(pem: string, file: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new Error(`The signing key in ${file} cannot be read: PKCS#8 in PEM is expected.`, {
      cause: error,
    });
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
