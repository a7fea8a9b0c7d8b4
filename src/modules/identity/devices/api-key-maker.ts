import type { Principal } from '../../../contracts/principal.js';

/** Makes API keys. */
export interface ApiKeyMaker {
  create(terms: {
    readonly owner: Principal;
    readonly name: string;
    readonly scopes: readonly string[];
    readonly expiresAt?: Date;
    readonly device?: string;
  }): Promise<{ readonly id: string; readonly key: string; readonly prefix: string }>;
}

/** The injection token; import it as a value where it is injected. */
export const ApiKeyMaker = Symbol('ApiKeyMaker');
