import type { Wanted } from '../../contracts/allowance.js';

/** Who asks, where, and for which agent. */
export type Asked = Pick<Wanted, 'owner' | 'endpoint' | 'agent'>;
