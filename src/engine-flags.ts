import { setFlagsFromString } from 'node:v8';

/**
 * The first seconds of a process are the slowest, and clients that reconnect after a restart all come in them: compile what
 * they need sooner than V8 would. 2,500 streams at once: from 86 % of the tokens carried to 99 % (`docs/benchmarks.md`).
 */
setFlagsFromString('--interrupt-budget=33000');
setFlagsFromString('--always-sparkplug');
