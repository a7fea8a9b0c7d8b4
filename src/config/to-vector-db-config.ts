import type { VectorDbConfig } from './app-config.js';
import { host, port } from './network-parsers.js';
import { name, oneOf } from './parser.js';
import type { Sources } from './sources.js';

/** The key is a secret referred to by name; without it the store is asked without one. */
export function toVectorDbConfig({ yaml, secrets }: Sources): VectorDbConfig {
  const section = yaml.section('integration').section('vector_db');
  const provider = section.read('provider', oneOf('qdrant'));
  const hostname = section.read('host', host) ?? 'localhost';
  const portNumber = section.read('port', port) ?? 6333;
  const secretName = section.read('api_key_secret_name', name);
  if (provider === undefined) return { kind: 'none' };
  const apiKey = secretName === undefined ? undefined : secrets.find(secretName)?.value;
  return { kind: provider, host: hostname, port: portNumber, ...(apiKey !== undefined && { apiKey }) };
}
