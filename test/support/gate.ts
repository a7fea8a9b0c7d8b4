/** A place in a script where it waits until a test lets it pass. */
export class Gate<T> {
  /** Resolves when the script has come here, with what it was doing. */
  readonly reached: Promise<T>;
  /** Resolves when the test lets it pass. */
  readonly opened: Promise<void>;
  /** Lets everything pass, from now on. */
  readonly open: () => void;
  /** Says that a script has come here. */
  readonly arrive: (who: T) => void;

  constructor() {
    let arrive!: (who: T) => void;
    let open!: () => void;
    this.reached = new Promise((resolve) => (arrive = resolve));
    this.opened = new Promise((resolve) => (open = resolve));
    this.arrive = arrive;
    this.open = open;
  }
}
