export interface Mail {
  /** One plain address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Takes mails away. */
export interface MailTransport {
  /**
   * Resolves when the next server has taken it. Rejects with a GatewayError: `dependency_unavailable` when that cannot be
   * had now, `invalid_value` for what is no address.
   */
  send(mail: Mail): Promise<void>;
  /** Throws `dependency_unavailable` where no mail can ever be sent. */
  requireConfigured(): void;
}

/** The injection token; import it as a value where it is injected. */
export const MailTransport = Symbol('MailTransport');
