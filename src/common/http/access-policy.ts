/**
 * Who may call a route. `pub`: anyone. `net`: callers from trusted networks, others with a credential. `jwt`: with a
 * credential. `premium`: with one of somebody who has that role, or of an administrator. `admin`: of an administrator.
 */
export type AccessPolicy = 'pub' | 'net' | 'jwt' | 'premium' | 'admin';

/** Who may call, and with which scope; without one, `read` for what is got and `write` for everything else. */
export interface Access {
  readonly policy: AccessPolicy;
  readonly scope?: 'read' | 'write' | undefined;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    policy?: AccessPolicy;
    /** Which scope a credential needs, where its method does not tell. */
    scope?: 'read' | 'write' | undefined;
    /** Whether a web page of a foreign origin is refused, also where it names none. */
    keepsForeignPagesOut?: boolean;
    /** Whether a caller who speaks from a device has to sign with its key. */
    sensitive?: boolean;
    /** Whether credentials are made there, or ways to them. */
    makesCredentials?: boolean;
    /** Whether a GET may show a stream ticket in its query. */
    takesTickets?: boolean;
    /** Whether bodies may be forms as well as JSON. */
    takesForms?: boolean;
    /** Whether it is shown by a browser, with scripts and styles. */
    isPage?: boolean;
  }
}
