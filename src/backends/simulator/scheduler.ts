/** Stops what was scheduled; afterwards does nothing. */
export type Cancel = () => void;

/** The time the simulator lives by, so that tests need not wait for it. */
export interface Scheduler {
  /** Milliseconds from a point that does not move. */
  now(): number;
  /** In a later turn of the event loop: others get their turn in between. */
  soon(run: () => void): Cancel;
  after(ms: number, run: () => void): Cancel;
}

export const Scheduler = Symbol('SimulatorScheduler');

export const systemScheduler: Scheduler = {
  now: () => performance.now(),
  soon: (run) => {
    const immediate = setImmediate(run);
    return () => clearImmediate(immediate);
  },
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
