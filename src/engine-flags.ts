/** The last V8 that counts what it has run in bytes, which is that of Node 20. Later ones count calls, and take less of them. */
const LAST_WITH_BUDGET = 11.3;

/**
 * The first seconds of a process are the slowest, and clients that reconnect after a restart all come in them: compile what
 * they need sooner than V8 would. 2,500 streams at once: from 86 % of the tokens carried to 99 % (`docs/benchmarks.md`). An
 * engine complains about flags it does not know, so each gets its own.
 */
export function engineFlags(v8: string): string[] {
  const flags = ['--always-sparkplug'];
  return Number.parseFloat(v8) <= LAST_WITH_BUDGET ? ['--interrupt-budget=33000', ...flags] : flags;
}
